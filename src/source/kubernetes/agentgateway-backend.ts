import { check } from '../../config/check.ts'
import type { BackendResource } from '../../config/resource.ts'
import { namedBackend } from '../../config/schema/backend.ts'
import type { AgentgatewayBackend, McpSpec, McpTarget } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Namespace, Service } from './gateway-api.ts'
import { selects } from './labels.ts'
import { nameOf } from './object.ts'
import { placed, placeIn } from './placed.ts'
import { serviceOrigin } from './service-address.ts'

export type TranslatedBackend = {
  readonly object: AgentgatewayBackend
  /** Undefined: it cannot be used, and `accepted` says why. */
  readonly resource: BackendResource | undefined
  readonly accepted: Verdict
}

/** Kinds of backends that are somebody else's work. */
const OUTSIDE = ['ai', 'a2a', 'aws', 'dynamicForwardProxy']

/**
 * An AgentgatewayBackend as a named backend: MCP targets, or one host.
 *
 * @param problem what the configuration says is wrong with it
 */
export function translateBackend(
  cluster: Cluster,
  object: AgentgatewayBackend,
  problem: string | undefined,
): TranslatedBackend {
  const refused = (message: string): TranslatedBackend => ({
    object,
    resource: undefined,
    accepted: verdict('Accepted', false, 'Invalid', message),
  })
  if (problem !== undefined) return refused(problem)
  const { spec = {} } = object
  const outside = OUTSIDE.find(name => spec[name] !== undefined)
  if (outside !== undefined) return refused(`spec.${outside} is outside of what Portcullis does`)
  if (spec.policies !== undefined) return refused('spec.policies is not supported yet')
  const ruled = spec.mcp?.targets?.find(hasPolicies)
  if (ruled !== undefined) return refused(`policies of target ${ruled.name} are not supported yet`)
  const written =
    spec.mcp === undefined ? staticHost(spec.static) : { mcp: toMcp(cluster, object, spec.mcp) }
  if ('problem' in written) return refused(written.problem)
  const name = backendName(object)
  const place = placeIn(object, spec.mcp === undefined ? 'spec.static' : 'spec')
  const { value, diagnostics } = check(namedBackend, { name, ...written }, place)
  if (value === undefined) {
    return refused(diagnostics.map(one => `${one.path}: ${one.message}`).join('; '))
  }
  return {
    object,
    resource: { kind: 'backend', ...value, ...placed(object, place.path) },
    accepted: verdict('Accepted', true, 'Accepted', 'Backend successfully accepted'),
  }
}

/** A policy that is not carried out must not look as if it were. */
function hasPolicies({ static: target }: McpTarget): boolean {
  return target !== undefined && 'policies' in target
}

/** What routes name it by. */
export function backendName(object: AgentgatewayBackend): string {
  return `AgentgatewayBackend ${nameOf(object)}`
}

function staticHost(
  spec: NonNullable<AgentgatewayBackend['spec']>['static'],
): { readonly host: string } | { readonly problem: string } {
  if (spec?.host === undefined) return { problem: 'spec.mcp or spec.static with a host is needed' }
  return { host: `http://${spec.host}:${spec.port ?? 80}` }
}

function toMcp(cluster: Cluster, { metadata }: AgentgatewayBackend, spec: McpSpec): object {
  const namespace = metadata.namespace ?? ''
  return {
    targets: (spec.targets ?? []).flatMap(target =>
      target.selector === undefined
        ? [staticTarget(namespace, target)]
        : selected(cluster, namespace, target),
    ),
    ...lower('statefulMode', spec.sessionRouting),
    ...lower('failureMode', spec.failureMode),
    ...lower('prefixMode', spec.prefixMode),
  }
}

/** Words of the file format are those of the CRD, in another case. */
function lower(member: string, word: string | undefined): object {
  return word === undefined ? {} : { [member]: word }
}

function staticTarget(namespace: string, { name, static: spec }: McpTarget): object {
  const { host, backendRef, port = 80, path, protocol } = spec ?? { port: 80 }
  const origin =
    backendRef === undefined
      ? `http://${host}:${port}`
      : serviceOrigin(namespace, backendRef.name, port)
  const isOld = protocol === 'SSE'
  const url = origin + (path ?? (isOld ? '/sse' : '/mcp')).replace(/^\/?/, '/')
  return { name, [isOld ? 'sse' : 'mcp']: { host: url } }
}

/** `appProtocol` of a Service port that speaks MCP. */
const PROTOCOLS: Readonly<Record<string, 'mcp' | 'sse'>> = {
  'agentgateway.dev/mcp': 'mcp',
  'agentgateway.dev/mcp-sse': 'sse',
  'kgateway.dev/mcp': 'mcp',
  'kgateway.dev/mcp-sse': 'sse',
}
const PATH_ANNOTATIONS = ['agentgateway.dev/mcp-path', 'kgateway.dev/mcp-path']

/** One target for each MCP port of each Service that the labels select. */
function selected(cluster: Cluster, own: string, { selector }: McpTarget): readonly object[] {
  const { namespaces, services = {} } = selector ?? {}
  const isMeant = (namespace: string) =>
    namespaces === undefined
      ? namespace === own
      : selects(
          namespaces,
          cluster.get<Namespace>('Namespace', undefined, namespace)?.metadata.labels,
        )
  return cluster
    .all<Service>('Service')
    .filter(({ metadata }) => isMeant(metadata.namespace ?? ''))
    .filter(({ metadata }) => selects(services, metadata.labels))
    .flatMap(({ metadata, spec }) => {
      const { name, namespace = '', annotations = {} } = metadata
      const ports = (spec?.ports ?? []).flatMap(port => {
        const protocol = PROTOCOLS[port.appProtocol ?? '']
        return protocol === undefined ? [] : [{ port: port.port, protocol }]
      })
      const path = PATH_ANNOTATIONS.map(one => annotations[one]).find(one => one !== undefined)
      return ports.map(({ port, protocol }) => ({
        name: ports.length === 1 ? name : `${name}-${port}`,
        [protocol]: {
          host:
            serviceOrigin(namespace, name, port) + (path ?? `/${protocol}`).replace(/^\/?/, '/'),
        },
      }))
    })
}

/** What a Service port speaks, where it speaks MCP. */
export function mcpProtocol(appProtocol: string | undefined): 'mcp' | 'sse' | undefined {
  return PROTOCOLS[appProtocol ?? '']
}
