import type { AgentgatewayPolicy, PolicyTargetRef } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import { KINDS, type KindName } from './kinds.ts'
import { selects } from './labels.ts'
import type { KubernetesObject } from './object.ts'

/** An object, or a part of it, that a policy is attached to. */
export type PolicyTarget = {
  readonly kind: KindName
  readonly namespace: string
  readonly name: string
  /** A listener, a rule, or a target of a backend. */
  readonly section: string | undefined
}

const TARGETS: readonly KindName[] = ['Gateway', 'HTTPRoute', 'AgentgatewayBackend', 'Service']

/** Targets of a policy, in its own namespace; ones of kinds that are not served are left out. */
export function targetsOf(
  cluster: Cluster,
  { metadata: { namespace = '' }, spec = {} }: AgentgatewayPolicy,
): readonly PolicyTarget[] {
  const named = (spec.targetRefs ?? []).flatMap(ref => toTarget(ref, namespace))
  const selected = (spec.targetSelectors ?? []).flatMap(({ matchLabels, ...selector }) =>
    cluster
      .all(
        (TARGETS as readonly string[]).includes(selector.kind)
          ? (selector.kind as KindName)
          : 'Gateway',
      )
      .filter(({ kind, metadata }) => kind === selector.kind && metadata.namespace === namespace)
      .filter(({ metadata }) => selects({ matchLabels }, metadata.labels))
      .flatMap(({ metadata: { name } }) => toTarget({ ...selector, name }, namespace)),
  )
  return [...named, ...selected]
}

function toTarget(ref: PolicyTargetRef, namespace: string): readonly PolicyTarget[] {
  const kind = TARGETS.find(one => one === ref.kind && KINDS[one].group === (ref.group ?? ''))
  if (kind === undefined) return []
  // A port of a Service cannot be told from the others: what holds for it holds for the whole.
  const section = kind === 'Service' ? undefined : ref.sectionName
  return [{ kind, namespace, name: ref.name, section }]
}

/** What of a target is not there, as in `the HTTPRoute shop/tools`; it is looked at again with every change. */
export function missingPart(cluster: Cluster, target: PolicyTarget): string | undefined {
  const { kind, namespace, name, section } = target
  const object = cluster.get<WithParts>(kind, namespace, name)
  const title = `${kind} ${namespace}/${name}`
  if (object === undefined) return `the ${title}`
  if (section === undefined) return undefined
  const { listeners, rules, mcp } = object.spec ?? {}
  const parts = listeners ?? rules ?? mcp?.targets ?? []
  return parts.some(part => part.name === section) ? undefined : `${section} of the ${title}`
}

type Parts = readonly { readonly name?: string }[]
type WithParts = KubernetesObject<{
  readonly listeners?: Parts
  readonly rules?: Parts
  readonly mcp?: { readonly targets?: Parts }
}>

/** Key of everything that is attached to one object, or to one section of it. */
export function targetKey({ kind, namespace, name, section }: PolicyTarget): string {
  return `${kind} ${namespace}/${name}${section === undefined ? '' : `#${section}`}`
}
