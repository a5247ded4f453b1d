import type { Resource } from '../../config/resource.ts'
import type { AgentgatewayBackend, AgentgatewayPolicy } from './agentgateway.ts'
import { backendName, translateBackend } from './agentgateway-backend.ts'
import { translatePolicy } from './agentgateway-policy.ts'
import { attach } from './attachment.ts'
import { translateAuthPolicies } from './auth-policies.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import { CONTROLLER } from './controller.ts'
import { type Effect, forMcp, merge, withoutConnection } from './effects.ts'
import type { Gateway, GatewayClass, HTTPRoute } from './gateway-api.ts'
import { bindsOf, createClassFilter, type ListenerState, translateListeners } from './gateways.ts'
import type { KindName } from './kinds.ts'
import type { MCPGatewayExtension, MCPServerRegistration, MCPVirtualServer } from './kuadrant.ts'
import { translateExtension } from './mcp-gateway.ts'
import {
  registeredRoutes,
  type TranslatedRegistration,
  translateRegistration,
} from './mcp-registration.ts'
import { titleOf } from './object.ts'
import { missingPart, type PolicyTarget, targetKey, targetsOf } from './policy-targets.ts'
import { type RuleBackends, ruleBackends } from './route-backends.ts'
import { closeSideDoor, protect, type TranslatedRule, toRouteResource } from './rules.ts'
import {
  backendStatus,
  conditionsStatus,
  gatewayClassStatus,
  gatewayStatus,
  policyStatus,
  type RouteProblems,
  routeStatus,
} from './statuses.ts'
import type { StatusChange, TranslateOptions, Translation } from './translation.ts'

/**
 * Everything that the objects of a cluster say.
 *
 * @param blamed by title, what the configuration says is wrong with an object; such objects are left out or closed
 */
export function assemble(
  cluster: Cluster,
  options: TranslateOptions,
  blamed: ReadonlyMap<string, string>,
): Translation {
  const isOurs = createClassFilter(cluster, options.gatewayClasses)
  const gateways = cluster
    .all<Gateway>('Gateway')
    .filter(({ spec }) => isOurs(spec?.gatewayClassName ?? ''))
  const listeners = translateListeners(cluster, gateways, blamed, options.unavailablePorts)
  const policies = cluster
    .all<AgentgatewayPolicy>('AgentgatewayPolicy')
    .map(policy => translatePolicy(cluster, policy, blamed.get(titleOf(policy))))
  const attached = new Map<string, Effect[]>()
  for (const { policy, effect } of policies) {
    for (const target of targetsOf(cluster, policy)) {
      const key = targetKey(target)
      attached.set(key, [...(attached.get(key) ?? []), effect])
    }
  }
  const attachedTo = (target: PolicyTarget) => attached.get(targetKey(target)) ?? []
  const backends = new Map(
    cluster.all<AgentgatewayBackend>('AgentgatewayBackend').map(object => {
      const translated = translateBackend(cluster, object, attachedTo, blamed.get(titleOf(object)))
      return [backendName(object), translated] as const
    }),
  )
  const authPolicies = translateAuthPolicies(cluster, options.protectedResource, blamed)
  const reached = new Map<Effect, Set<Gateway>>()
  const effectsOn = (
    listener: ListenerState,
    levels: readonly (readonly PolicyTarget[])[],
    isPlain: boolean,
  ) => {
    const auth = authPolicies.inForce(levels)
    const effects = levels.map((level, index) => [
      ...level.flatMap(attachedTo),
      ...(auth[index] ?? []),
    ])
    for (const effect of effects.flat()) note(reached, effect, listener.gateway)
    return effects.map((level, index) => {
      const ofBackends = levels[index]?.some(({ kind }) => BACKENDS.includes(kind))
      const own = ofBackends ? level.map(withoutConnection) : level
      return isPlain ? own : own.map(forMcp)
    })
  }

  const behindGateway = registeredRoutes(cluster)
  const statuses: StatusChange[] = []
  const hangsOn = new Map<HTTPRoute, readonly Gateway[]>()
  const routes = cluster.all<HTTPRoute>('HTTPRoute').flatMap((route): Resource[] => {
    const attachments = attach(cluster, route, listeners)
    if (attachments.length === 0) return []
    const rules = (route.spec?.rules ?? [{}]).map((rule, index) => ({
      translated: options.translateRule(route, rule, index),
      serves: ruleBackends(cluster, route, rule, backends, attachedTo),
    }))
    const problems = problemsOf(rules, blamed.get(titleOf(route)))
    statuses.push(routeStatus(route, attachments, resolvedRefs(rules), problems))
    for (const { listeners: own } of attachments) {
      for (const { gateway } of own) hangsOn.set(route, [...(hangsOn.get(route) ?? []), gateway])
    }
    const places = new Set(attachments.flatMap(one => one.listeners))
    return [...places].flatMap(listener =>
      rules.flatMap(({ translated, serves }): Resource[] => {
        const levels = [
          ...effectsOn(
            listener,
            levelsOf(route, translated.rule.name, listener, serves),
            serves.isPlain && !behindGateway.has(titleOf(route)),
          ),
          serves.effects.map(withoutConnection),
        ]
        if (listener.resource === undefined) return []
        const blame = blamed.get(titleOf(route))
        const resource = toRouteResource(translated, listener, serves, levels, blame)
        if (resource === undefined) return []
        return [behindGateway.has(titleOf(route)) ? closeSideDoor(resource) : resource]
      }),
    )
  })

  const registrations = translateRegistrations(cluster, hangsOn)
  const taken = new Set<string>()
  const extensions = cluster
    .all<MCPGatewayExtension>('MCPGatewayExtension')
    .map(object =>
      translateExtension(
        cluster,
        object,
        listeners,
        registrations,
        taken,
        blamed.get(titleOf(object)),
      ),
    )
  const endpoints = extensions.flatMap(({ listener, resource }): Resource[] => {
    if (listener === undefined || resource === undefined) return []
    return [protect(resource, merge(effectsOn(listener, listenerLevels(listener), false)))]
  })

  return {
    resources: [
      ...bindsOf(listeners),
      ...listeners.flatMap(({ resource }) => (resource === undefined ? [] : [resource])),
      ...[...backends.values()].flatMap(({ resource }) =>
        resource === undefined ? [] : [resource],
      ),
      ...endpoints,
      ...routes,
    ],
    statuses: [
      ...cluster
        .all<GatewayClass>('GatewayClass')
        .filter(({ spec }) => spec?.controllerName === CONTROLLER)
        .map(gatewayClassStatus),
      ...gateways.map(gateway =>
        gatewayStatus(
          gateway,
          listeners.filter(one => one.gateway === gateway),
          options.addresses,
        ),
      ),
      ...statuses,
      ...[...backends.values()].map(backendStatus),
      ...registrations.map(({ object, ready }) =>
        conditionsStatus('MCPServerRegistration', object, [ready]),
      ),
      ...extensions.map(({ object, ready }) =>
        conditionsStatus('MCPGatewayExtension', object, [ready]),
      ),
      ...cluster
        .all<MCPVirtualServer>('MCPVirtualServer')
        .map(object => conditionsStatus('MCPVirtualServer', object, [NO_VIRTUAL_SERVERS])),
      ...authPolicies.all.map(({ policy, accepted, effect }) =>
        conditionsStatus('AuthPolicy', policy, [accepted, enforced(accepted, reached.has(effect))]),
      ),
      ...policies.map(translated => {
        const { policy, effect } = translated
        const on = [...(reached.get(effect) ?? gatewaysOf(cluster, policy, gateways))]
        const missing = targetsOf(cluster, policy).flatMap(one => missingPart(cluster, one) ?? [])
        return policyStatus('AgentgatewayPolicy', translated, on, missing)
      }),
    ],
  }
}

/** It chooses what lists show and keeps nobody from calling the rest, so nothing is open that it would close. */
const NO_VIRTUAL_SERVERS = verdict(
  'Ready',
  false,
  'NotSupported',
  'virtual servers are not supported; choose tools with backend.mcp.authorization of an AgentgatewayPolicy',
)

/** Policies attached to these say how one backend is met, which `ruleBackends` and `translateBackend` see to. */
const BACKENDS: readonly KindName[] = ['AgentgatewayBackend', 'Service']

type Rule = {
  readonly translated: TranslatedRule
  readonly serves: RuleBackends
}

function problemsOf(rules: readonly Rule[], blame: string | undefined): RouteProblems {
  if (blame !== undefined) return { sentences: [blame], ofAllRules: true }
  const sentences = rules.flatMap(({ translated }) => translated.problem ?? [])
  return { sentences, ofAllRules: sentences.length === rules.length }
}

function resolvedRefs(rules: readonly Rule[]): Verdict {
  const problems = rules.flatMap(({ serves }) => serves.problems)
  const [first] = problems
  if (first === undefined) return verdict('ResolvedRefs', true, 'ResolvedRefs')
  const messages = problems.map(({ message }) => message).join('; ')
  return verdict('ResolvedRefs', false, first.reason, messages)
}

/** Kuadrant's word for a policy that has an effect. */
function enforced(accepted: Verdict, hasEffect: boolean): Verdict {
  if (!accepted.status) return verdict('Enforced', false, 'Unknown', 'the policy is not accepted')
  return hasEffect
    ? verdict('Enforced', true, 'Enforced', 'AuthPolicy has been successfully enforced')
    : verdict('Enforced', false, 'Overridden', 'no route is under it, or others override it')
}

function translateRegistrations(
  cluster: Cluster,
  hangsOn: ReadonlyMap<HTTPRoute, readonly Gateway[]>,
): readonly TranslatedRegistration[] {
  const taken = new Set<string>()
  return cluster
    .all<MCPServerRegistration>('MCPServerRegistration')
    .map(object => translateRegistration(cluster, object, route => hangsOn.get(route) ?? [], taken))
}

function listenerLevels({ gateway, spec }: ListenerState): readonly (readonly PolicyTarget[])[] {
  const ofGateway = {
    kind: 'Gateway',
    namespace: gateway.metadata.namespace ?? '',
    name: gateway.metadata.name,
  } as const
  return [[{ ...ofGateway, section: undefined }], [{ ...ofGateway, section: spec.name }]]
}

/** What policies may be attached to on the way to a backend, the farthest first. */
function levelsOf(
  { metadata: { namespace = '', name } }: HTTPRoute,
  rule: string | undefined,
  listener: ListenerState,
  { targets }: RuleBackends,
): readonly (readonly PolicyTarget[])[] {
  const ofRoute = { kind: 'HTTPRoute', namespace, name } as const
  return [
    ...listenerLevels(listener),
    [{ ...ofRoute, section: undefined }],
    rule === undefined ? [] : [{ ...ofRoute, section: rule }],
    targets,
  ]
}

function note(reached: Map<Effect, Set<Gateway>>, effect: Effect, gateway: Gateway): void {
  const known = reached.get(effect) ?? new Set<Gateway>()
  known.add(gateway)
  reached.set(effect, known)
}

/** Gateways that a policy names itself, whether or not any route hangs on them. */
function gatewaysOf(
  cluster: Cluster,
  policy: AgentgatewayPolicy,
  gateways: readonly Gateway[],
): readonly Gateway[] {
  const targets = targetsOf(cluster, policy).filter(({ kind }) => kind === 'Gateway')
  return gateways.filter(({ metadata: { namespace, name } }) =>
    targets.some(target => target.namespace === namespace && target.name === name),
  )
}
