import { check } from '../../config/check.ts'
import { type RouteBackendConfig, routeBackend } from '../../config/schema/backend.ts'
import type { TranslatedBackend } from './agentgateway-backend.ts'
import { backendName } from './agentgateway-backend.ts'
import type { Cluster } from './cluster.ts'
import { connectionOf, type Effect } from './effects.ts'
import type { HTTPRoute, RouteRule, RuleBackendRef } from './gateway-api.ts'
import { isGranted } from './grants.ts'
import { KINDS } from './kinds.ts'
import { type AttachedTo, mcpProtocol } from './mcp-targets.ts'
import type { PolicyTarget } from './policy-targets.ts'
import { backendFilters } from './route-filters.ts'
import { findService, isUnresolved, type Unresolved } from './service-address.ts'

export type RuleBackends = {
  readonly backends: readonly RouteBackendConfig[]
  /** Objects whose policies hold for the rule; parts of backends come first. */
  readonly targets: readonly PolicyTarget[]
  /** What the backends say themselves. */
  readonly effects: readonly Effect[]
  readonly problems: readonly Unresolved[]
  /** All of them speak plain HTTP. */
  readonly isPlain: boolean
  /** And all of them are Services. */
  readonly keepsHost: boolean
}

type Resolved = {
  readonly config: RouteBackendConfig
  readonly target: PolicyTarget
  /** Undefined: a Service. */
  readonly backend: TranslatedBackend | undefined
}

const NOTHING: RouteBackendConfig = {
  refusing: { failure: 'no_backend', detail: 'nothing that exists serves this route' },
}
/** KEP-3726: HTTP/2 with prior knowledge, so another protocol cannot be tried. */
const H2C = 'kubernetes.io/h2c'
/** RFC 2606: never an address, so its share of the requests fails. */
const NOWHERE = 'http://no-backend.invalid'

/**
 * What serves a rule. A reference that leads nowhere gets its share of the requests, and answers them
 * with an error (HTTPRouteRule, "BackendRefs").
 */
export function ruleBackends(
  cluster: Cluster,
  { metadata: { namespace = '' } }: HTTPRoute,
  { backendRefs = [] }: RouteRule,
  backends: ReadonlyMap<string, TranslatedBackend>,
  attachedTo: AttachedTo,
): RuleBackends {
  const found = backendRefs
    .filter(({ weight }) => weight !== 0)
    .map(ref => ({
      ref,
      to: withFilters(resolve(cluster, namespace, ref, backends, attachedTo), ref),
    }))
  const problems = found.flatMap(({ to }) => (isUnresolved(to) ? [to] : []))
  const good = found.flatMap(({ to }) => (isUnresolved(to) ? [] : [to]))
  const targets = good.flatMap(({ target, backend }) => [...(backend?.parts ?? []), target])
  const effects = good.flatMap(({ backend }) => backend?.effect ?? [])
  const none = { backends: [NOTHING], targets, effects, problems, isPlain: false, keepsHost: false }
  if (good.length === 0) return none
  const mcp = good.find(isMcp)
  if (mcp !== undefined) {
    if (found.length === 1) return { ...none, backends: [mcp.config] }
    const message = 'an MCP backend cannot share the requests of a rule with another backend'
    const problem = { reason: 'UnsupportedValue', message } as const
    return { ...none, problems: [...problems, problem] }
  }
  const configs = found.map(({ ref: { weight = 1 }, to }) => ({
    ...(isUnresolved(to) ? { host: NOWHERE } : to.config),
    weight,
  }))
  const keepsHost = good.every(({ backend }) => backend === undefined)
  return { ...none, backends: configs, isPlain: true, keepsHost }
}

function isMcp({ config, backend }: Resolved): boolean {
  return config.mcp !== undefined || backend?.resource?.mcp !== undefined
}

function resolve(
  cluster: Cluster,
  own: string,
  ref: RuleBackendRef,
  backends: ReadonlyMap<string, TranslatedBackend>,
  attachedTo: AttachedTo,
): Resolved | Unresolved {
  const { group = '', kind = 'Service', name, namespace = own } = ref
  if (group === KINDS.AgentgatewayBackend.group && kind === 'AgentgatewayBackend') {
    return resolveBackend(cluster, own, { kind, namespace, name, section: undefined }, backends)
  }
  if (group !== '' || kind !== 'Service') {
    return { reason: 'InvalidKind', message: `backends of kind ${kind} are not supported` }
  }
  const service = findService(cluster, { kind: 'HTTPRoute', namespace: own }, ref)
  if (isUnresolved(service)) return service
  if (service.appProtocol === H2C) {
    const message = `the Service ${name} speaks HTTP/2 (${H2C}), the gateway HTTP/1.1`
    return { reason: 'UnsupportedProtocol', message }
  }
  const protocol = mcpProtocol(service.appProtocol)
  const target = { kind, namespace, name, section: undefined } as const
  const policies = connectionOf([attachedTo(target)])
  const config: RouteBackendConfig =
    protocol === undefined
      ? { host: service.origin, policies }
      : {
          mcp: { targets: [{ name, [protocol]: { host: `${service.origin}/${protocol}` } }] },
          policies,
        }
  return { config, target, backend: undefined }
}

/** Filters of a backendRef are policies of that backend alone. */
function withFilters(to: Resolved | Unresolved, { name, filters }: RuleBackendRef) {
  if (isUnresolved(to) || filters === undefined || filters.length === 0) return to
  const { written, unsupported } = backendFilters(filters)
  const place = { source: '', path: `filters of the backendRef ${name}` }
  const { value, diagnostics } = check(routeBackend, { host: 'x:1', policies: written }, place)
  const wrong = [
    ...unsupported.map(type => `${place.path}: ${type} is not supported`),
    ...diagnostics.map(one => `${one.path}: ${one.message}`),
  ]
  if (value !== undefined && wrong.length === 0) {
    const policies = { ...to.config.policies, ...value.policies }
    return { ...to, config: { ...to.config, policies } }
  }
  return { reason: 'UnsupportedValue', message: wrong.join('; ') } as const
}

function resolveBackend(
  cluster: Cluster,
  own: string,
  target: PolicyTarget,
  backends: ReadonlyMap<string, TranslatedBackend>,
): Resolved | Unresolved {
  const { namespace, name } = target
  if (!isGranted(cluster, { from: { kind: 'HTTPRoute', namespace: own }, to: target })) {
    const message = `no ReferenceGrant in ${namespace} lets HTTPRoutes of ${own} use ${name}`
    return { reason: 'RefNotPermitted', message }
  }
  const key = `AgentgatewayBackend ${namespace}/${name}`
  const backend = backends.get(key)
  if (backend === undefined) {
    return { reason: 'BackendNotFound', message: `${key} does not exist` }
  }
  if (backend.resource === undefined) {
    return { reason: 'BackendNotFound', message: `${key}: ${backend.accepted.message}` }
  }
  return { config: { backend: backendName(backend.object) }, target, backend }
}
