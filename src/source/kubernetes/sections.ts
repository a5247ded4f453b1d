import { check } from '../../config/check.ts'
import { policyMembers } from '../../config/schema/policies.ts'
import type { BackendSections } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import type { Piece, PolicyMember } from './effects.ts'
import type { KindName } from './kinds.ts'
import { type KubernetesObject, titleOf } from './object.ts'
import { locatedIn } from './placed.ts'
import { BACKEND } from './policy-sections.ts'
import type { Section, Written } from './section.ts'

/** A section that is given, with its row of the tables. */
export type GivenSection = {
  readonly path: string
  readonly value: unknown
  /** Undefined: nobody knows it. */
  readonly section: Section | undefined
}

/** What sections say, and what of them cannot be done. */
export type TranslatedSections = {
  readonly pieces: readonly Piece[]
  readonly invalid: readonly string[]
  /** What is left out although the rest works. */
  readonly partial: readonly string[]
  /** Something that protects cannot be done. */
  readonly closes: boolean
}

export function sectionsIn(
  members: object,
  base: string,
  table: Readonly<Record<string, Section>>,
  prefix = '',
): readonly GivenSection[] {
  return Object.entries(members).map(([name, value]) => ({
    path: `${base}.${prefix}${name}`,
    value,
    section: table[prefix + name],
  }))
}

/** Sections about backends, of a policy or of a backend itself. */
export function backendSections(
  { mcp = {}, ...others }: BackendSections,
  base: string,
): readonly GivenSection[] {
  return [...sectionsIn(others, base, BACKEND), ...sectionsIn(mcp, base, BACKEND, 'mcp.')]
}

/**
 * @param kind of `object`, which names Secrets, Services and the like
 */
export function translateSections(
  cluster: Cluster,
  kind: KindName,
  object: KubernetesObject,
  sections: readonly GivenSection[],
): TranslatedSections {
  const found = sections.map(one => translateSection(cluster, kind, object, one))
  return {
    pieces: found.flatMap(({ pieces }) => pieces ?? []),
    invalid: found.flatMap(({ invalid }) => invalid ?? []),
    partial: found.flatMap(({ partial }) => partial ?? []),
    closes: found.some(({ closes }) => closes === true),
  }
}

type Found = {
  readonly pieces?: readonly Piece[]
  readonly invalid?: string
  readonly partial?: string
  readonly closes?: boolean
}

function translateSection(
  cluster: Cluster,
  kind: KindName,
  object: KubernetesObject,
  { path, value, section }: GivenSection,
): Found {
  if (section === undefined) return { invalid: `${path} is not known`, closes: true }
  if ('outside' in section) return { partial: `${path} is outside of what Portcullis does` }
  const { protects } = section
  if (!('translate' in section)) {
    return protects
      ? { invalid: `${path} is not supported, so its targets are closed`, closes: true }
      : { partial: `${path} is not supported` }
  }
  const from = { kind, namespace: object.metadata.namespace ?? '' }
  const outcome = section.translate(value as never, { cluster, from })
  if ('problem' in outcome) {
    return { invalid: `${path}.${outcome.problem}`, closes: protects }
  }
  const isPart = 'written' in outcome
  const { pieces, problems } = toPieces(
    object,
    path,
    isPart ? (outcome.written as Written) : outcome,
  )
  if (problems.length > 0) return { pieces, invalid: problems.join('; '), closes: protects }
  return isPart ? { pieces, partial: `${path}.${outcome.partial}` } : { pieces }
}

/** Members as the schema of files takes them, with the place in the object. */
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
