import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Resource } from '../../config/resource.ts'
import type { AgentgatewayBackend, AgentgatewayPolicy } from './agentgateway.ts'
import { backendName, translateBackend } from './agentgateway-backend.ts'
import { translatePolicy } from './agentgateway-policy.ts'
import { attach } from './attachment.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Effect } from './effects.ts'
import type { Gateway, GatewayClass, HTTPRoute } from './gateway-api.ts'
import { bindsOf, createClassFilter, type ListenerState, translateListeners } from './gateways.ts'
import { titleOf } from './object.ts'
import { type PolicyTarget, targetKey, targetsOf } from './policy-targets.ts'
import { type RuleBackends, ruleBackends } from './route-backends.ts'
import { toRouteResource, translateRule } from './rules.ts'
import {
  backendStatus,
  gatewayClassStatus,
  gatewayStatus,
  policyStatus,
  routeStatus,
} from './statuses.ts'
import {
  CONTROLLER,
  type StatusChange,
  type TranslateOptions,
  type Translation,
} from './translation.ts'

/** Rounds of finding out whose fault an error is; each finds at least one more. */
const MOST_ROUNDS = 8

/**
 * Everything that the objects of a cluster say. What is wrong with one object is said in its status and
 * harms what depends on it, nothing else: resources that cannot be compiled together are put down to the
 * objects that they came from, and left out or closed.
 */
export function translate(cluster: Cluster, options: TranslateOptions): Translation {
  const blamed = new Map<string, string>()
  for (let round = 0; ; round++) {
    const translation = assemble(cluster, options, blamed)
    const errors = options
      .diagnose(translation.resources)
      .filter(({ severity }) => severity === 'error')
    const fresh = errors.filter(({ origin }) => !blamed.has(origin.source))
    if (fresh.length === 0 || round === MOST_ROUNDS) return translation
    for (const error of fresh) blame(blamed, error)
  }
}

function blame(blamed: Map<string, string>, { origin, path, message, hint }: Diagnostic): void {
  const before = blamed.get(origin.source)
  const text = `${path}: ${message}${hint === undefined ? '' : `. ${hint}`}`
  blamed.set(origin.source, before === undefined ? text : `${before}; ${text}`)
}

function assemble(
  cluster: Cluster,
  options: TranslateOptions,
  blamed: ReadonlyMap<string, string>,
): Translation {
  const isOurs = createClassFilter(cluster, options.gatewayClasses)
  const gateways = cluster
    .all<Gateway>('Gateway')
    .filter(({ spec }) => isOurs(spec?.gatewayClassName ?? ''))
  const listeners = translateListeners(cluster, gateways, blamed)
  const backends = new Map(
    cluster.all<AgentgatewayBackend>('AgentgatewayBackend').map(object => {
      const translated = translateBackend(cluster, object, blamed.get(titleOf(object)))
      return [backendName(object), translated] as const
    }),
  )
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
  const reached = new Map<Effect, Set<Gateway>>()

  const statuses: StatusChange[] = []
  const routes = cluster.all<HTTPRoute>('HTTPRoute').flatMap((route): Resource[] => {
    const attachments = attach(cluster, route, listeners)
    if (attachments.length === 0) return []
    const rules = (route.spec?.rules ?? [{}]).map((rule, index) => ({
      translated: translateRule(route, rule, index),
      serves: ruleBackends(cluster, route, rule, backends),
    }))
    const problem = blamed.get(titleOf(route)) ?? firstProblem(rules)
    statuses.push(routeStatus(route, attachments, resolvedRefs(rules), problem))
    const places = new Set(attachments.flatMap(one => one.listeners))
    return [...places].flatMap(listener =>
      rules.flatMap(({ translated, serves }): Resource[] => {
        const levels = levelsOf(route, translated.rule.name, listener, serves).map(level =>
          level.flatMap(target => attached.get(targetKey(target)) ?? []),
        )
        for (const effect of levels.flat()) note(reached, effect, listener.gateway)
        if (listener.resource === undefined) return []
        const blame = blamed.get(titleOf(route))
        const resource = toRouteResource(translated, listener, serves, levels, blame)
        return resource === undefined ? [] : [resource]
      }),
    )
  })

  return {
    resources: [
      ...bindsOf(listeners),
      ...listeners.flatMap(({ resource }) => (resource === undefined ? [] : [resource])),
      ...[...backends.values()].flatMap(({ resource }) =>
        resource === undefined ? [] : [resource],
      ),
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
        ),
      ),
      ...statuses,
      ...[...backends.values()].map(backendStatus),
      ...policies.map(translated =>
        policyStatus('AgentgatewayPolicy', translated, [
          ...(reached.get(translated.effect) ?? gatewaysOf(cluster, translated.policy, gateways)),
        ]),
      ),
    ],
  }
}

type Rule = {
  readonly translated: ReturnType<typeof translateRule>
  readonly serves: RuleBackends
}

function firstProblem(rules: readonly Rule[]): string | undefined {
  return rules.find(({ translated }) => translated.problem !== undefined)?.translated.problem
}

function resolvedRefs(rules: readonly Rule[]): Verdict {
  const problems = rules.flatMap(({ serves }) => serves.problems)
  const [first] = problems
  if (first === undefined) return verdict('ResolvedRefs', true, 'ResolvedRefs')
  const messages = problems.map(({ message }) => message).join('; ')
  return verdict('ResolvedRefs', false, first.reason, messages)
}

/** What policies may be attached to on the way to a backend, the farthest first. */
function levelsOf(
  { metadata: { namespace = '', name } }: HTTPRoute,
  rule: string | undefined,
  { gateway, spec }: ListenerState,
  { targets }: RuleBackends,
): readonly (readonly PolicyTarget[])[] {
  const ofGateway = {
    kind: 'Gateway',
    namespace: gateway.metadata.namespace ?? '',
    name: gateway.metadata.name,
  } as const
  const ofRoute = { kind: 'HTTPRoute', namespace, name } as const
  return [
    [{ ...ofGateway, section: undefined }],
    [{ ...ofGateway, section: spec.name }],
    [{ ...ofRoute, section: undefined }],
    rule === undefined ? [] : [{ ...ofRoute, section: rule }],
    targets.map(target => ({ ...target, section: undefined })),
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
