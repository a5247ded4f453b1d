import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Gateway, HTTPRoute } from './gateway-api.ts'
import { given } from './given.ts'
import { isGranted } from './grants.ts'
import type { MCPServerRegistration } from './kuadrant.ts'
import { secretValue } from './secret-value.ts'
import { findService, isUnresolved } from './service-address.ts'

export type TranslatedRegistration = {
  readonly object: MCPServerRegistration
  /** Of the Gateway that its HTTPRoute hangs on. */
  readonly gateways: readonly Gateway[]
  /** As a file writes a target; undefined: not in use, and `ready` says why. */
  readonly target: { readonly name: string } | undefined
  readonly ready: Verdict
}

/** Parts that would change who gets at a server, or what of it. */
const UNSUPPORTED = ['userSpecificList', 'tokenURLElicitation']
/** Parts about finding tools, which clients do without. */
const LEFT_OUT = ['category', 'hint', 'tags']

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

  const { prefix = '', path = '/mcp', credentialRef, caCertSecretRef } = spec ?? {}
  const unsupported = UNSUPPORTED.filter(member => (spec?.[member] ?? 'Disabled') !== 'Disabled')
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
  const authority =
    caCertSecretRef &&
    secretValue(
      cluster,
      { namespace: own, name: caCertSecretRef.name },
      caCertSecretRef.key ?? 'ca.crt',
    )
  if (caCertSecretRef !== undefined && authority === undefined) {
    return refused('NotReady', `the Secret ${caCertSecretRef.name} does not exist or lacks its key`)
  }
  taken.add(target)
  const origin = service.isSecure ? service.origin.replace(/^http:/, 'https:') : service.origin
  // The Secret holds the whole value of the header.
  const location = { header: { name: 'authorization' } }
  const written = {
    name: target,
    mcp: { host: origin + path },
    policies: given({
      backendAuth: credential && { key: credential.reveal(), location },
      backendTLS: authority && { root: authority.reveal() },
    }),
  }
  const leftOut = LEFT_OUT.filter(member => spec?.[member] !== undefined)
  const said = leftOut.length === 0 ? [] : [`not supported and left out: ${leftOut.join(', ')}`]
  return {
    object,
    gateways,
    target: written,
    ready: verdict('Ready', true, 'Ready', ['the server is registered', ...said].join('; ')),
  }
}
