/** The variables that a configuration may name. The caller chooses them; nothing here reads a process. */
export type Environment = Readonly<Record<string, string | undefined>>

export type Expanded = {
  readonly value: string
  /** Variables without value and without default; `value` is then not to be used. */
  readonly missing: readonly string[]
  /** True when a `${` has no end or no usable name. */
  readonly malformed: boolean
}

/**
 * Puts variables into one string: `$NAME`, `${NAME}` and `${NAME:-default}`, where the default also
 * stands in for an empty value (as in a shell); `$$` is a dollar sign. A dollar before anything else is
 * itself, so that patterns such as `^/v1$` need no escape. Values are not expanded again.
 */
export function expand(text: string, environment: Environment): Expanded {
  if (!text.includes('$')) return { value: text, missing: [], malformed: false }
  const missing: string[] = []
  let malformed = false
  const value = text.replace(REFERENCE, (whole, bare, braced, fallback) => {
    if (whole === '$$') return '$'
    if (whole === '${') {
      malformed = true
      return whole
    }
    const name: string = bare ?? braced
    const found = Object.hasOwn(environment, name) ? environment[name] : undefined
    if (fallback !== undefined) return found === undefined || found === '' ? fallback : found
    if (found === undefined) missing.push(name)
    return found ?? ''
  })
  return { value, missing, malformed }
}

const NAME = '[A-Za-z_][A-Za-z0-9_]*'
const REFERENCE = new RegExp(`\\$\\$|\\$(${NAME})|\\$\\{(${NAME})(?::-([^}]*))?\\}|\\$\\{`, 'g')
