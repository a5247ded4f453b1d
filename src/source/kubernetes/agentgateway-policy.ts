import { check } from '../../config/check.ts'
import { policyMembers } from '../../config/schema/policies.ts'
import type { AgentgatewayPolicy } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Effect, Piece, PolicyMember } from './effects.ts'
import { type KubernetesObject, titleOf } from './object.ts'
import { locatedIn } from './placed.ts'
import { BACKEND, FRONTEND, type Section, TRAFFIC, type Written } from './policy-sections.ts'

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
  const found = sectionsOf(policy).map(one => translateSection(cluster, policy, one))
  const invalid = [
    ...(problem === undefined ? [] : [problem]),
    ...found.flatMap(one => (one.invalid === undefined ? [] : [one.invalid])),
  ]
  const partial = found.flatMap(one => (one.partial === undefined ? [] : [one.partial]))
  const closes = problem !== undefined || found.some(one => one.closes)
  return {
    policy,
    effect: {
      pieces: problem === undefined ? found.flatMap(({ pieces }) => pieces) : [],
      refuses: closes ? 'a policy of this route cannot be applied' : undefined,
      overrides: strategy?.inheritance === 'Override',
    },
    accepted: acceptance(invalid, partial),
  }
}

function acceptance(invalid: readonly string[], partial: readonly string[]): Verdict {
  if (invalid.length > 0) {
    return verdict('Accepted', false, 'Invalid', [...invalid, ...partial].join('; '))
  }
  if (partial.length > 0) return verdict('Accepted', true, 'PartiallyValid', partial.join('; '))
  return verdict('Accepted', true, 'Valid', 'Policy accepted')
}

type Found = {
  readonly path: string
  readonly value: unknown
  readonly section: Section | undefined
}

/** The sections that are given, with their rows of the tables. */
function sectionsOf({ spec = {} }: AgentgatewayPolicy): readonly Found[] {
  const { mcp = {}, ...backend } = spec.backend ?? {}
  const rows = (base: string, members: object, table: typeof TRAFFIC, prefix = ''): Found[] =>
    Object.entries(members).map(([name, value]) => ({
      path: `${base}.${prefix}${name}`,
      value,
      section: table[prefix + name],
    }))
  return [
    ...rows('spec.frontend', spec.frontend ?? {}, FRONTEND),
    // When a policy is evaluated makes no difference to what these sections do.
    ...rows('spec.traffic', spec.traffic ?? {}, TRAFFIC).filter(
      ({ path }) => path !== 'spec.traffic.phase',
    ),
    ...rows('spec.backend', backend, BACKEND),
    ...rows('spec.backend', mcp, BACKEND, 'mcp.'),
  ]
}

type Translated = {
  readonly pieces: readonly Piece[]
  readonly invalid?: string
  readonly partial?: string
  readonly closes: boolean
}

function translateSection(
  cluster: Cluster,
  policy: AgentgatewayPolicy,
  { path, value, section }: Found,
): Translated {
  if (section === undefined) {
    return { pieces: [], invalid: `${path} is not known`, closes: true }
  }
  if ('outside' in section) {
    return { pieces: [], partial: `${path} is outside of what Portcullis does`, closes: false }
  }
  const { protects } = section
  if (!('translate' in section)) {
    return protects
      ? { pieces: [], invalid: `${path} is not supported, so its targets are closed`, closes: true }
      : { pieces: [], partial: `${path} is not supported`, closes: false }
  }
  const from = { kind: 'AgentgatewayPolicy', namespace: policy.metadata.namespace ?? '' } as const
  const written = section.translate(value as never, { cluster, from })
  if ('problem' in written) {
    return { pieces: [], invalid: `${path}.${written.problem}`, closes: protects }
  }
  const { pieces, problems } = toPieces(policy, path, written as Written)
  return problems.length > 0
    ? { pieces, invalid: problems.join('; '), closes: protects }
    : { pieces, closes: false }
}

/** Members as the schema of files takes them, with the place in the policy. */
export function toPieces(
  policy: KubernetesObject,
  path: string,
  written: Written,
): { readonly pieces: readonly Piece[]; readonly problems: readonly string[] } {
  const place = { source: titleOf(policy), path }
  const checked = Object.entries(written).map(([name, value]) => {
    const member = name as PolicyMember
    const { value: good, diagnostics } = check<unknown>(policyMembers[member], value, place)
    return { member, good, diagnostics }
  })
  return {
    pieces: checked
      .filter(({ good }) => good !== undefined)
      .map(
        ({ member, good }) => ({ member, value: good, locate: locatedIn(place).locate }) as Piece,
      ),
    problems: checked.flatMap(({ diagnostics }) =>
      diagnostics.map(one => `${one.path}: ${one.message}`),
    ),
  }
}
