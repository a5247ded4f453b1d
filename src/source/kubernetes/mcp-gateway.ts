import { check } from '../../config/check.ts'
import type { RouteResource } from '../../config/resource.ts'
import { namedBackend } from '../../config/schema/backend.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Gateway, HTTPRoute } from './gateway-api.ts'
import type { ListenerState } from './gateways.ts'
import { isGranted } from './grants.ts'
import type { MCPGatewayExtension, MCPServerRegistration } from './kuadrant.ts'
import { titleOf } from './object.ts'
import { placed, placeIn } from './placed.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { secretValue } from './secret-value.ts'
import { findService, isUnresolved } from './service-address.ts'

/** A listener as an MCP gateway: its route, and what is said of the objects that make it. */
export type TranslatedExtension = {
  readonly object: MCPGatewayExtension
  readonly listener: ListenerState | undefined
  readonly resource: RouteResource | undefined
  readonly protectedResource: ProtectedResource | undefined
  readonly ready: Verdict
}

export type TranslatedRegistration = {
  readonly object: MCPServerRegistration
  /** Of the Gateway that its HTTPRoute hangs on. */
  readonly gateways: readonly Gateway[]
  /** As a file writes a target; undefined: not in use, and `ready` says why. */
  readonly target: { readonly name: string } | undefined
  readonly ready: Verdict
}

/** Parts that would protect or change what clients see. */
const UNSUPPORTED = ['trustedHeadersKey', 'urlElicitation', 'caCertBundleRef', 'sessionStore']

/** An MCP endpoint at `/mcp` of the listener, in front of every server that is registered at its Gateway. */
export function translateExtension(
  object: MCPGatewayExtension,
  listeners: readonly ListenerState[],
  registrations: readonly TranslatedRegistration[],
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
    protectedResource: spec?.oauthProtectedResource,
    ready:
      reason === undefined
        ? verdict('Ready', true, 'ValidMCPGatewayExtension', `${targets.length} MCP servers`)
        : verdict('Ready', false, 'InvalidMCPGatewayExtension', reason),
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

/** Titles of the HTTPRoutes that registrations name: how to reach servers, not ways for clients. */
export function registeredRoutes(cluster: Cluster): ReadonlySet<string> {
  return new Set(
    cluster.all<MCPServerRegistration>('MCPServerRegistration').map(({ metadata, spec }) => {
      const { name, namespace = metadata.namespace } = spec?.targetRef ?? {}
      return `HTTPRoute ${namespace}/${name}`
    }),
  )
}

/** The server behind an HTTPRoute, under the prefix that its names get. */
export function translateRegistration(
  cluster: Cluster,
  object: MCPServerRegistration,
  gatewaysOf: (route: HTTPRoute) => readonly Gateway[],
  taken: Set<string>,
): TranslatedRegistration {
  const { metadata, spec } = object
  const own = metadata.namespace ?? ''
  const { name = '', namespace = own } = spec?.targetRef ?? {}
  const route = cluster.get<HTTPRoute>('HTTPRoute', namespace, name)
  const gateways = route === undefined ? [] : gatewaysOf(route)
  const refused = (reason: string, message: string): TranslatedRegistration => ({
    object,
    gateways,
    target: undefined,
    ready: verdict('Ready', false, reason, message),
  })
  if (spec?.state === 'Disabled') return refused('Disabled', 'the server is disabled')
  const to = { kind: 'HTTPRoute', namespace, name } as const
  if (
    route === undefined ||
    !isGranted(cluster, { from: { kind: 'MCPServerRegistration', namespace: own }, to })
  ) {
    return refused(
      'NotReady',
      `the HTTPRoute ${namespace}/${name} does not exist or may not be used`,
    )
  }
  if (gateways.length === 0) {
    return refused(
      'NotReady',
      `the HTTPRoute ${namespace}/${name} hangs on no Gateway that is served`,
    )
  }
  const [ref] = route.spec?.rules?.[0]?.backendRefs ?? []
  if (ref === undefined) return refused('NotReady', `the HTTPRoute ${name} has no backend`)
  const service = findService(cluster, { kind: 'HTTPRoute', namespace }, ref)
  if (isUnresolved(service)) return refused('NotReady', service.message)

  const { prefix = '', path = '/mcp', credentialRef } = spec ?? {}
  const unsupported = ['caCertSecretRef', 'userSpecificList'].filter(
    member => ((spec?.[member as never] ?? 'Disabled') as unknown) !== 'Disabled',
  )
  if (unsupported.length > 0) {
    return refused('NotReady', `not supported: ${unsupported.join(', ')}`)
  }
  const target = prefix === '' ? metadata.name : prefix.replace(/_$/, '')
  if (prefix !== '' && (!prefix.endsWith('_') || target.includes('_'))) {
    return refused('NotReady', `not supported: a prefix other than one word and _, got ${prefix}`)
  }
  if (taken.has(target))
    return refused('PrefixConflict', `an older server has the prefix ${prefix}`)
  const credential =
    credentialRef &&
    secretValue(cluster, { namespace: own, name: credentialRef.name }, credentialRef.key ?? 'token')
  if (credentialRef !== undefined && credential === undefined) {
    return refused('NotReady', `the Secret ${credentialRef.name} does not exist or lacks its key`)
  }
  taken.add(target)
  return {
    object,
    gateways,
    target: {
      name: target,
      ...{ mcp: { host: service.origin + path } },
      ...(credential === undefined
        ? {}
        : {
            policies: {
              // The Secret holds the whole value of the header.
              backendAuth: {
                key: credential.reveal(),
                location: { header: { name: 'authorization' } },
              },
            },
          }),
    },
    ready: verdict('Ready', true, 'Ready', 'the server is registered'),
  }
}
