import { custom } from '../../src/providers/custom.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { configureProfile } from '../../src/providers/options.ts'
import { type Emulation, exampleOptions } from './emulation.ts'

/** Members of a profile that differ from the standards, as they stand in `provider: {custom: …}`. */
export type Adaptations = Readonly<Record<string, unknown>>

/** The profile of an emulated provider with the options of its example, as an operator would write it inline. */
export function adaptations(emulation: Emulation): Adaptations {
  const options = exampleOptions(emulation)
  const { profile } = configureProfile(profiles[emulation.provider] ?? oidc, options)
  const { initialAccessToken } = options as { initialAccessToken?: string }
  const inline = Object.keys(custom.options).flatMap(name => {
    // Words for messages.
    if (name === 'title' || name === 'hints') return []
    const wanted = profile[name as keyof typeof profile]
    const usual = oidc[name as keyof typeof oidc]
    const difference = name === 'audience' ? changed(usual, wanted) : differs(usual, wanted)
    return difference === undefined ? [] : [[name, difference] as const]
  })
  return {
    ...Object.fromEntries(inline),
    ...(initialAccessToken === undefined ? {} : { initialAccessToken }),
  }
}

/** Where adaptations stand, such as `scopes.prefix` or `discovery`. */
export function paths(all: Adaptations): readonly string[] {
  return Object.entries(all).flatMap(([name, value]) =>
    isMap(value) && name !== 'audience'
      ? Object.keys(value).map(member => `${name}.${member}`)
      : [name],
  )
}

/** All adaptations but one. */
export function withoutOne(all: Adaptations, path: string): Adaptations {
  const [name = '', member] = path.split('.')
  const { [name]: whole, ...others } = all
  if (member === undefined) return others
  const { [member]: _, ...rest } = whole as Record<string, unknown>
  return { ...others, [name]: rest }
}

function differs(usual: unknown, wanted: unknown): unknown {
  if (!isMap(usual) || !isMap(wanted)) return changed(usual, wanted)
  const members = Object.entries(wanted).flatMap(([name, value]) => {
    const difference = name === 'check' ? value : differs(usual[name], value)
    return difference === undefined ? [] : [[name, difference] as const]
  })
  return members.length === 0 ? undefined : Object.fromEntries(members)
}

const changed = (usual: unknown, wanted: unknown): unknown =>
  JSON.stringify(usual) === JSON.stringify(wanted) ? undefined : wanted

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
