import type { ProviderProfile } from './profile.ts'

/** Members of a profile: texts, lists, `audience` and `options` whole, the other objects in part. */
export type ProfileChanges = {
  readonly [Member in keyof ProviderProfile]?: Member extends 'audience' | 'options'
    ? ProviderProfile[Member]
    : ProviderProfile[Member] extends string | boolean | readonly unknown[]
      ? ProviderProfile[Member]
      : Partial<ProviderProfile[Member]>
}

/**
 * A profile that is `base` but for `changes`: objects are merged member by member, lists and values
 * replaced. `audience` and `options` are replaced as a whole: the members of the one belong to its kind, and the
 * options of one provider mean nothing to another.
 */
export function defineProfile(base: ProviderProfile, changes: ProfileChanges): ProviderProfile {
  const merged = merge(base, changes) as ProviderProfile
  const { audience = base.audience, options = base.options } = changes
  return { ...merged, audience, options }
}

function merge(base: unknown, changes: unknown): unknown {
  if (!isPlain(base) || !isPlain(changes)) return changes
  const merged = { ...base }
  for (const [name, value] of Object.entries(changes)) merged[name] = merge(base[name], value)
  return merged
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
