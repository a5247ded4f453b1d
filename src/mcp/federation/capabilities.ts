import { isObject } from '../message.ts'

type Json = Readonly<Record<string, unknown>>

/** What a federation can carry; what only a direct connection can is not promised. */
const CARRIED = new Set([
  'tools',
  'prompts',
  'resources',
  'logging',
  'completions',
  'tasks',
  'experimental',
  'extensions',
])

/** Everything that any target offers: each request finds the one that does. */
export function mergeCapabilities(all: readonly unknown[]): Json {
  const merged: Record<string, unknown> = {}
  for (const capabilities of all) {
    if (!isObject(capabilities)) continue
    for (const [name, value] of Object.entries(capabilities))
      if (CARRIED.has(name)) merged[name] = union(merged[name], value)
  }
  return merged
}

/** What is promised of what the targets offer. */
export type Offered = (capabilities: Json) => Json

const LISTS = ['tools', 'prompts', 'resources'] as const

/** In a session the gateway itself announces changes, as when a target comes back. */
export const ofSession: Offered = capabilities => ({
  ...capabilities,
  ...mapLists(capabilities, list => ({ ...list, listChanged: true })),
})

/** Without one there is no stream to announce anything on, and nothing that could be set for later. */
export const withoutSession: Offered = ({ logging: _, ...capabilities }) => ({
  ...capabilities,
  ...mapLists(capabilities, ({ listChanged: __, subscribe: ___, ...list }) => list),
})

function mapLists(capabilities: Json, change: (list: Json) => Json): Json {
  return Object.fromEntries(
    LISTS.flatMap(name => {
      const list = capabilities[name]
      return isObject(list) ? [[name, change(list)]] : []
    }),
  )
}

/** `instructions` of several targets, each under the name of its target. */
export function mergeInstructions(
  all: readonly { readonly target: string; readonly instructions: unknown }[],
): string | undefined {
  const written = all.filter(
    (one): one is { target: string; instructions: string } =>
      typeof one.instructions === 'string' && one.instructions.trim() !== '',
  )
  if (written.length === 0) return undefined
  return written.map(({ target, instructions }) => `# ${target}\n\n${instructions}`).join('\n\n')
}

/** Members of both; of values that cannot be joined the first, and true wins over false. */
function union(a: unknown, b: unknown): unknown {
  if (a === undefined) return b
  if (isObject(a) && isObject(b)) {
    const merged: Record<string, unknown> = { ...a }
    for (const [name, value] of Object.entries(b)) merged[name] = union(merged[name], value)
    return merged
  }
  return a === false ? b : a
}
