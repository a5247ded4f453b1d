import type { AgentgatewayPolicy } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Effect } from './effects.ts'
import type { KubernetesObject } from './object.ts'
import { FRONTEND, TRAFFIC } from './policy-sections.ts'
import { backendSections, type GivenSection, sectionsIn, translateSections } from './sections.ts'

/** A policy as what it does, and what its status says of it. */
export type TranslatedPolicy<P extends KubernetesObject = AgentgatewayPolicy> = {
  readonly policy: P
  readonly effect: Effect
  readonly accepted: Verdict
}

/**
 * What an AgentgatewayPolicy says, section by section. A section that protects and cannot be done closes
 * the routes that the policy is attached to; one that does not protect is left out, and the status says so.
 *
 * @param problem what the configuration says is wrong with it, once it was put together with the rest
 */
export function translatePolicy(
  cluster: Cluster,
  policy: AgentgatewayPolicy,
  problem: string | undefined,
): TranslatedPolicy {
  const { strategy } = policy.spec ?? {}
  const found = translateSections(cluster, 'AgentgatewayPolicy', policy, sectionsOf(policy))
  const invalid = problem === undefined ? found.invalid : [problem, ...found.invalid]
  const closes = problem !== undefined || found.closes
  return {
    policy,
    effect: {
      pieces: problem === undefined ? found.pieces : [],
      refuses: closes ? 'a policy of this route cannot be applied' : undefined,
      overrides: strategy?.inheritance === 'Override',
    },
    accepted: acceptance(invalid, found.partial),
  }
}

function acceptance(invalid: readonly string[], partial: readonly string[]): Verdict {
  if (invalid.length > 0) {
    return verdict('Accepted', false, 'Invalid', [...invalid, ...partial].join('; '))
  }
  if (partial.length > 0) return verdict('Accepted', true, 'PartiallyValid', partial.join('; '))
  return verdict('Accepted', true, 'Valid', 'Policy accepted')
}

function sectionsOf({ spec = {} }: AgentgatewayPolicy): readonly GivenSection[] {
  // When a policy is evaluated makes no difference to what these sections do.
  const { phase: _, ...traffic } = spec.traffic ?? {}
  return [
    ...sectionsIn(spec.frontend ?? {}, 'spec.frontend', FRONTEND),
    ...sectionsIn(traffic, 'spec.traffic', TRAFFIC),
    ...backendSections(spec.backend ?? {}, 'spec.backend'),
  ]
}
