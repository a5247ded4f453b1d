import { defineProfile, type ProfileChanges } from './define-profile.ts'
import type { OptionShape, ProfileOption, ProviderProfile } from './profile.ts'

/** A value in `provider: {name: {…}}` that the profile cannot use. */
export type OptionProblem = {
  /** Inside the options, such as `audienceScope` or `claims.roles[0]`; empty: the options themselves. */
  readonly path: string
  /** What was got and what was wanted, one sentence without a final full stop. */
  readonly message: string
  readonly hint?: string
}

export type ConfiguredProfile = {
  /** The profile with the options in it; the unchanged one while there are problems. */
  readonly profile: ProviderProfile
  readonly problems: readonly OptionProblem[]
}

/**
 * Puts what an operator wrote below `provider: {name: …}` into the profile. A secret
 * itself stays with the caller, because a profile holds none; that it is there may change the profile.
 *
 * @param options as parsed from the configuration; undefined and null stand for none
 */
export function configureProfile(profile: ProviderProfile, options: unknown): ConfiguredProfile {
  const given = options ?? {}
  if (!isRecord(given)) {
    return {
      profile,
      problems: [{ path: '', message: `expected a map of options, got ${describe(given)}` }],
    }
  }
  const problems = [...unknownOptions(profile, given), ...missingOptions(profile, given)]
  let configured = profile
  for (const [name, option] of Object.entries(profile.options)) {
    const value = given[name]
    if (value === undefined) continue
    const wrong = option.type === 'secret' ? [] : mismatches(option, value, name)
    problems.push(...wrong)
    if (wrong.length === 0) configured = apply(configured, option, value)
  }
  problems.push(...inconsistencies(configured))
  return { profile: problems.length === 0 ? configured : profile, problems }
}

/** What only an inline profile can get wrong, because its members depend on each other. */
function inconsistencies({ audience }: ProviderProfile): OptionProblem[] {
  const missing =
    audience.kind === 'scope' && typeof audience.scope !== 'string'
      ? 'scope'
      : audience.kind === 'fixed' && !Array.isArray(audience.values)
        ? 'values'
        : undefined
  return missing === undefined
    ? []
    : [
        {
          path: `audience.${missing}`,
          message: `missing: an audience of kind ${audience.kind} has it`,
        },
      ]
}

function unknownOptions(profile: ProviderProfile, given: object): OptionProblem[] {
  const known = Object.keys(profile.options)
  const unknown = Object.keys(given).filter(name => !known.includes(name))
  return unknown.map(path => ({
    path,
    message: `unknown option of the provider ${profile.name}`,
    hint: known.length === 0 ? 'It has no options' : `It has ${known.join(', ')}`,
  }))
}

function missingOptions(profile: ProviderProfile, given: object): OptionProblem[] {
  return Object.entries(profile.options)
    .filter(([name, option]) => option.required === true && !(name in given))
    .map(([path, option]) => ({ path, message: `missing: ${option.description}` }))
}

function apply(profile: ProviderProfile, option: ProfileOption, value: unknown): ProviderProfile {
  if (option.when !== undefined && value !== option.when) return profile
  return defineProfile(profile, fill(option.sets, value) as ProfileChanges)
}

/** A text that is nothing but the placeholder becomes the value itself, whatever its type. */
function fill(template: unknown, value: unknown): unknown {
  if (template === '{value}') return value
  if (typeof template === 'string') return template.replaceAll('{value}', () => String(value))
  if (Array.isArray(template)) return template.map(item => fill(item, value))
  if (!isRecord(template)) return template
  return Object.fromEntries(
    Object.entries(template).map(([name, item]) => [name, fill(item, value)]),
  )
}

function mismatches(shape: OptionShape, value: unknown, path: string): OptionProblem[] {
  if (shape.type === 'array' && Array.isArray(value)) {
    const { items } = shape
    return items === undefined
      ? []
      : value.flatMap((item, i) => mismatches(items, item, `${path}[${i}]`))
  }
  if (shape.type === 'object' && isRecord(value)) {
    const missing = (shape.needs ?? [])
      .filter(name => value[name] === undefined)
      .map(name => ({ path: `${path}.${name}`, message: 'missing' }))
    const wrong = Object.entries(value).flatMap(([name, member]) => {
      const inner = shape.properties?.[name] ?? shape.additionalProperties
      if (inner !== undefined) return mismatches(inner, member, `${path}.${name}`)
      const known = Object.keys(shape.properties ?? {}).join(', ')
      return [{ path: `${path}.${name}`, message: 'unknown member', hint: `Known: ${known}` }]
    })
    return [...missing, ...wrong]
  }
  if (typeof value !== shape.type) {
    return [{ path, message: `expected ${article(shape.type)}, got ${describe(value)}` }]
  }
  if (shape.enum !== undefined && !shape.enum.includes(String(value))) {
    return [{ path, message: `expected one of ${shape.enum.join(', ')}, got ${describe(value)}` }]
  }
  if (shape.pattern !== undefined && !new RegExp(shape.pattern).test(String(value))) {
    return [
      { path, message: `expected a text that matches ${shape.pattern}, got ${describe(value)}` },
    ]
  }
  return []
}

function article(type: string): string {
  return /^[ao]/.test(type) ? `an ${type}` : `a ${type}`
}

function describe(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
