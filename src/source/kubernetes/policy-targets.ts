import type { AgentgatewayPolicy, PolicyTargetRef } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import { KINDS, type KindName } from './kinds.ts'
import { selects } from './labels.ts'

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

/** Key of everything that is attached to one object, or to one section of it. */
export function targetKey({ kind, namespace, name, section }: PolicyTarget): string {
  return `${kind} ${namespace}/${name}${section === undefined ? '' : `#${section}`}`
}
