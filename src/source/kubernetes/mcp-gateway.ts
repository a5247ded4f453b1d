import { check } from '../../config/check.ts'
import type { RouteResource } from '../../config/resource.ts'
import { namedBackend } from '../../config/schema/backend.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { ListenerState } from './gateways.ts'
import { isGranted } from './grants.ts'
import type { MCPGatewayExtension } from './kuadrant.ts'
import type { TranslatedRegistration } from './mcp-registration.ts'
import { titleOf } from './object.ts'
import { placed, placeIn } from './placed.ts'

/** A listener as an MCP gateway: its route, and what is said of the objects that make it. */
export type TranslatedExtension = {
  readonly object: MCPGatewayExtension
  readonly listener: ListenerState | undefined
  readonly resource: RouteResource | undefined
  readonly ready: Verdict
}

/** Parts that would protect or change what clients see. */
const UNSUPPORTED = ['trustedHeadersKey', 'urlElicitation', 'caCertBundleRef']
/** Parts about how the other gateway is built: sessions need no store here, and there is no second hop. */
const INVALID = 'InvalidMCPGatewayExtension'
const LEFT_OUT = [
  'sessionStore',
  'privateHost',
  'backendPingIntervalSeconds',
  'logLevel',
  'httpRouteManagement',
  'maxBodyBytes',
]

/**
 * An MCP endpoint at `/mcp` of the listener, in front of every server that is registered at its Gateway. Of two for one
 * listener the older one is served.
 *
 * @param taken keys of the listeners that have one already
 */
export function translateExtension(
  cluster: Cluster,
  object: MCPGatewayExtension,
  listeners: readonly ListenerState[],
  registrations: readonly TranslatedRegistration[],
  taken: Set<string>,
  problem: string | undefined,
): TranslatedExtension {
  const { metadata, spec } = object
  const { name, namespace = metadata.namespace, sectionName } = spec?.targetRef ?? { name: '' }
  const listener = listeners.find(
    ({ gateway, spec: own }) =>
      gateway.metadata.name === name &&
      gateway.metadata.namespace === namespace &&
      own.name === sectionName,
  )
  const to = { kind: 'Gateway', namespace: namespace ?? '', name } as const
  const from = { kind: 'MCPGatewayExtension', namespace: metadata.namespace ?? '' } as const
  if (!isGranted(cluster, { from, to })) {
    const message = `no ReferenceGrant in ${namespace} lets it use the Gateway ${name}`
    const ready = verdict('Ready', false, 'ReferenceGrantRequired', message)
    return { object, listener: undefined, resource: undefined, ready }
  }
  if (listener !== undefined && taken.has(listener.key)) {
    const message = `an older one is for the listener ${sectionName}`
    const ready = verdict('Ready', false, INVALID, message)
    return { object, listener: undefined, resource: undefined, ready }
  }
  if (listener !== undefined) taken.add(listener.key)
  const unsupported = UNSUPPORTED.filter(member => (spec?.[member] ?? 'Disabled') !== 'Disabled')
  const reason =
    problem ??
    (listener === undefined
      ? `no listener ${sectionName} of a Gateway ${name} is served`
      : undefined) ??
    (unsupported.length > 0 ? `not supported: ${unsupported.join(', ')}` : undefined)
  const own = registrations.filter(one => listener && one.gateways.includes(listener.gateway))
  const targets = own.flatMap(({ target }) => (target === undefined ? [] : [target]))
  const isPrefixed = own.some(({ object: one }) => (one.spec?.prefix ?? '') !== '')
  const written = {
    name: titleOf(object),
    mcp: { targets, prefixMode: isPrefixed ? 'always' : 'never', failureMode: 'failOpen' },
  }
  const { value } = check(namedBackend, written, placeIn(object, 'spec'))
  const leftOut = LEFT_OUT.filter(member => spec?.[member] !== undefined)
  const said = leftOut.length === 0 ? [] : [`not supported and left out: ${leftOut.join(', ')}`]
  const servers = `${targets.length} MCP servers`
  const refusing = {
    failure: 'not_protected',
    detail: 'the MCP gateway is not configured',
  } as const
  return {
    object,
    listener,
    resource:
      listener?.resource === undefined
        ? undefined
        : {
            kind: 'route',
            name: titleOf(object),
            listeners: [listener.key],
            matches: [{ path: { pathPrefix: '/mcp' } }],
            publicUrl: publicUrl(spec?.publicHost, listener),
            backends: [
              reason === undefined && value !== undefined ? { mcp: value.mcp } : { refusing },
            ],
            ...placed(object, 'spec'),
          },
    ready:
      reason === undefined
        ? verdict('Ready', true, 'ValidMCPGatewayExtension', [servers, ...said].join('; '))
        : verdict('Ready', false, INVALID, reason),
  }
}

/** The host that clients use, with the port of the listener unless it names another. */
function publicUrl(host: string | undefined, { spec }: ListenerState): string | undefined {
  if (host === undefined) return undefined
  const scheme = spec.protocol === 'HTTPS' ? 'https' : 'http'
  const authority = host.includes(':') ? host : `${host}:${spec.port}`
  return URL.canParse(`${scheme}://${authority}`)
    ? new URL(`${scheme}://${authority}`).origin
    : undefined
}
