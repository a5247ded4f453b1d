import type { AgentgatewayPolicy, AncestorStatus } from './agentgateway.ts'
import type { TranslatedBackend } from './agentgateway-backend.ts'
import type { TranslatedPolicy } from './agentgateway-policy.ts'
import type { Attachment } from './attachment.ts'
import { type Condition, toConditions, type Verdict, verdict } from './conditions.ts'
import { CONTROLLER } from './controller.ts'
import { addressProblem } from './gateway-addresses.ts'
import type {
  Gateway,
  GatewayAddress,
  GatewayClass,
  GatewayStatus,
  HTTPRoute,
  ListenerStatus,
  ParentRef,
  ParentStatus,
} from './gateway-api.ts'
import { type ListenerState, supportedKinds } from './gateways.ts'
import type { KindName } from './kinds.ts'
import type { KubernetesObject } from './object.ts'
import type { StatusChange } from './translation.ts'

type Before = { readonly conditions?: readonly Condition[] } | undefined

/** Status that consists of conditions alone. */
export function conditionsStatus(
  kind: KindName,
  object: KubernetesObject,
  verdicts: readonly Verdict[],
): StatusChange {
  const { generation } = object.metadata
  return {
    kind,
    object,
    status: (before, now) => ({
      conditions: toConditions(verdicts, (before as Before)?.conditions, generation, now),
    }),
  }
}

export function gatewayClassStatus(gatewayClass: GatewayClass): StatusChange {
  return conditionsStatus('GatewayClass', gatewayClass, [
    verdict('Accepted', true, 'Accepted', 'served by Portcullis'),
  ])
}

/**
 * GatewayStatus: the Gateway works as far as its listeners do.
 *
 * @param addresses where clients reach it; empty: nobody knows, and what stands there stays
 */
export function gatewayStatus(
  gateway: Gateway,
  listeners: readonly ListenerState[],
  addresses: readonly GatewayAddress[] = [],
): StatusChange {
  const { generation } = gateway.metadata
  const broken = listeners.filter(({ verdicts: own }) =>
    own.some(({ type, status }) => type === 'Programmed' && !status),
  )
  const names = broken.map(({ spec }) => spec.name).join(', ')
  const none = broken.length === listeners.length
  const said = [
    broken.length === 0
      ? verdict('Accepted', true, 'Accepted')
      : verdict('Accepted', !none, 'ListenersNotValid', `cannot be served: ${names}`),
    none
      ? verdict('Programmed', false, 'Invalid', `cannot be served: ${names}`)
      : verdict('Programmed', true, 'Programmed'),
  ]
  const problem = addressProblem(gateway, addresses)
  const verdicts = said.map(one => (one.status && one.type === problem?.type ? problem : one))
  return {
    kind: 'Gateway',
    object: gateway,
    status: (before, now) => {
      const old = before as GatewayStatus | undefined
      return {
        ...(addresses.length === 0 ? {} : { addresses }),
        conditions: toConditions(verdicts, old?.conditions, generation, now),
        listeners: listeners.map(({ spec, verdicts: own, routes }): ListenerStatus => {
          const known = old?.listeners?.find(({ name }) => name === spec.name)
          return {
            name: spec.name,
            supportedKinds: supportedKinds(spec),
            attachedRoutes: routes.size,
            conditions: toConditions(own, known?.conditions, generation, now),
          }
        }),
      }
    },
  }
}

/** RouteParentStatus: one entry for each parent that is ours; those of other controllers stay. */
export function routeStatus(
  route: HTTPRoute,
  attachments: readonly Attachment[],
  resolved: Verdict,
  problems: RouteProblems,
): StatusChange {
  const { generation } = route.metadata
  return {
    kind: 'HTTPRoute',
    object: route,
    status: (before, now) => {
      const old = (before as HTTPRoute['status'])?.parents ?? []
      const own = attachments.map(({ parent, accepted }): ParentStatus => {
        const known = old.find(
          one => one.controllerName === CONTROLLER && sameParent(one.parentRef, parent),
        )
        const verdicts = [...acceptance(accepted, problems), resolved]
        return {
          parentRef: parent,
          controllerName: CONTROLLER,
          conditions: toConditions(verdicts, known?.conditions, generation, now, [PARTIALLY]),
        }
      })
      const others = old.filter(({ controllerName }) => controllerName !== CONTROLLER)
      return { parents: [...others, ...own] }
    },
  }
}

/** What is wrong with the rules of a route. */
export type RouteProblems = { readonly sentences: readonly string[]; readonly ofAllRules: boolean }

const PARTIALLY = 'PartiallyInvalid'

/** RouteConditionPartiallyInvalid: only there while some rules work and others do not. */
function acceptance(
  accepted: Verdict,
  { sentences, ofAllRules }: RouteProblems,
): readonly Verdict[] {
  if (sentences.length === 0 || !accepted.status) return [accepted]
  const message = sentences.join('; ')
  if (ofAllRules) return [verdict('Accepted', false, 'UnsupportedValue', message)]
  return [accepted, verdict(PARTIALLY, true, 'UnsupportedValue', `Dropped Rule: ${message}`)]
}

function sameParent(a: ParentRef, b: ParentRef): boolean {
  return (
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.kind === b.kind &&
    a.sectionName === b.sectionName &&
    a.port === b.port
  )
}

export function backendStatus({ object, accepted }: TranslatedBackend): StatusChange {
  return conditionsStatus('AgentgatewayBackend', object, [accepted])
}

/**
 * PolicyStatus (GEP-713): one entry for each Gateway that the policy has an effect on.
 *
 * @param missing targets that do not exist
 */
export function policyStatus(
  kind: KindName,
  { policy, accepted }: TranslatedPolicy<KubernetesObject>,
  gateways: readonly Gateway[],
  missing: readonly string[],
): StatusChange {
  const { generation } = policy.metadata
  const ancestors =
    gateways.length === 0 ? [UNATTACHED] : gateways.slice(0, MOST_ANCESTORS).map(ancestorRef)
  const attached =
    gateways.length === 0
      ? verdict(
          'Attached',
          false,
          'Pending',
          'no target of it hangs on a Gateway of this controller',
        )
      : verdict(
          'Attached',
          true,
          'Attached',
          missing.length === 0
            ? 'Attached to all targets'
            : `Attached; does not exist: ${missing.join(', ')}`,
        )
  return {
    kind,
    object: policy,
    status: (before, now) => {
      const old = (before as AgentgatewayPolicy['status'])?.ancestors ?? []
      const own = ancestors.map((ref): AncestorStatus => {
        const known = old.find(
          one =>
            one.controllerName === CONTROLLER &&
            one.ancestorRef.name === ref.name &&
            one.ancestorRef.namespace === ref.namespace,
        )
        return {
          ancestorRef: ref,
          controllerName: CONTROLLER,
          conditions: toConditions([accepted, attached], known?.conditions, generation, now),
        }
      })
      const others = old.filter(({ controllerName }) => controllerName !== CONTROLLER)
      return { ancestors: [...others, ...own].slice(0, MOST_ANCESTORS) }
    },
  }
}

/** PolicyStatus allows that many. */
const MOST_ANCESTORS = 16
/** Stands for the policy as a whole while there is no Gateway to name. */
const UNATTACHED: AncestorStatus['ancestorRef'] = {
  group: 'agentgateway.dev',
  kind: 'AgentgatewayPolicy',
  name: 'StatusSummary',
}

function ancestorRef({ metadata: { namespace, name } }: Gateway): AncestorStatus['ancestorRef'] {
  return {
    group: 'gateway.networking.k8s.io',
    kind: 'Gateway',
    ...(namespace === undefined ? {} : { namespace }),
    name,
  }
}
