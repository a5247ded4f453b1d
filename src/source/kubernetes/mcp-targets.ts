import type { TargetPolicies } from '../../config/schema/target.ts'
import type { AgentgatewayBackend, McpTarget } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import type { Effect } from './effects.ts'
import { connectionOf } from './effects.ts'
import type { Namespace, Service } from './gateway-api.ts'
import { selects } from './labels.ts'
import type { PolicyTarget } from './policy-targets.ts'
import { backendSections, type TranslatedSections, translateSections } from './sections.ts'
import { serviceOrigin } from './service-address.ts'

/** One target of a backend, as a file writes it, and what holds for it alone. */
export type TranslatedTarget = {
  readonly written: { readonly name: string }
  readonly policies: TargetPolicies
  /** What policies that hold for it may be attached to. */
  readonly parts: readonly PolicyTarget[]
  readonly sections: TranslatedSections
}

/** Effects of the policies that are attached to something. */
export type AttachedTo = (target: PolicyTarget) => readonly Effect[]

/**
 * The targets of a backend. Policies of a target go before those of its Service and of the policies attached to its
 * name (AgentgatewayPolicy < AgentgatewayBackend < target).
 */
export function translateTargets(
  cluster: Cluster,
  backend: AgentgatewayBackend,
  attachedTo: AttachedTo,
): readonly TranslatedTarget[] {
  const { namespace = '', name } = backend.metadata
  return (backend.spec?.mcp?.targets ?? []).flatMap((target, index) => {
    const found =
      target.selector === undefined
        ? [staticTarget(namespace, target)]
        : selected(cluster, namespace, target)
    const path = `spec.mcp.targets[${index}].static.policies`
    const given = backendSections(target.static?.policies ?? {}, path)
    const sections = translateSections(cluster, 'AgentgatewayBackend', backend, given)
    const named = { kind: 'AgentgatewayBackend', namespace, name, section: target.name } as const
    return found.map(({ written, service }): TranslatedTarget => {
      const parts = service === undefined ? [named] : [service, named]
      const own: Effect = { pieces: sections.pieces, refuses: undefined, overrides: false }
      const policies = connectionOf([...parts.map(attachedTo), [own]])
      return { written, policies, parts, sections: withTimeouts(sections, path) }
    })
  })
}

/** The time of a route cannot depend on which of its targets answers. */
function withTimeouts(sections: TranslatedSections, path: string): TranslatedSections {
  const timed = sections.pieces.some(({ member }) => member === 'timeout')
  const said = `${path}.http.requestTimeout is not supported for one target`
  return timed ? { ...sections, partial: [...sections.partial, said] } : sections
}

type Found = {
  readonly written: { readonly name: string }
  readonly service: PolicyTarget | undefined
}

function staticTarget(namespace: string, { name, static: spec }: McpTarget): Found {
  const { host, backendRef, port = 80, path, protocol } = spec ?? { port: 80 }
  const origin =
    backendRef === undefined
      ? `http://${host}:${port}`
      : serviceOrigin(namespace, backendRef.name, port)
  const isOld = protocol === 'SSE'
  const url = origin + (path ?? (isOld ? '/sse' : '/mcp')).replace(/^\/?/, '/')
  return {
    written: { name, ...{ [isOld ? 'sse' : 'mcp']: { host: url } } },
    service: backendRef && serviceTarget(namespace, backendRef.name),
  }
}

function serviceTarget(namespace: string, name: string): PolicyTarget {
  return { kind: 'Service', namespace, name, section: undefined }
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
function selected(cluster: Cluster, own: string, { selector }: McpTarget): readonly Found[] {
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
      return ports.map(({ port, protocol }): Found => {
        const host =
          serviceOrigin(namespace, name, port) + (path ?? `/${protocol}`).replace(/^\/?/, '/')
        return {
          written: {
            name: ports.length === 1 ? name : `${name}-${port}`,
            ...{ [protocol]: { host } },
          },
          service: serviceTarget(namespace, name),
        }
      })
    })
}

/** What a Service port speaks, where it speaks MCP. */
export function mcpProtocol(appProtocol: string | undefined): 'mcp' | 'sse' | undefined {
  return PROTOCOLS[appProtocol ?? '']
}
