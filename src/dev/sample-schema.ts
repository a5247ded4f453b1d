/** The part of JSON Schema 2020-12 that the sample tools use. */
export type InputSchema = {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, PropertySchema>>
  readonly required?: readonly string[]
  readonly additionalProperties: false
}

export type PropertySchema = {
  readonly type: 'string' | 'number' | 'integer'
  readonly description?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly default?: number | string
}

/** The first thing that is wrong with a value, as a sentence; undefined when it fits. */
export function check(
  schema: InputSchema,
  value: Readonly<Record<string, unknown>>,
): string | undefined {
  const missing = schema.required?.find(name => value[name] === undefined)
  if (missing !== undefined) return `"${missing}" is missing`
  for (const [name, member] of Object.entries(value)) {
    const property = Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
    if (property === undefined) return `"${name}" is not an argument of this tool`
    const wanted = mismatch(property, member)
    if (wanted !== undefined) return `"${name}" must be ${wanted}, got ${JSON.stringify(member)}`
  }
  return undefined
}

function mismatch({ type, minimum, maximum }: PropertySchema, value: unknown): string | undefined {
  if (type === 'string') return typeof value === 'string' ? undefined : 'a string'
  if (typeof value !== 'number') return 'a number'
  if (type === 'integer' && !Number.isInteger(value)) return 'an integer'
  if (minimum !== undefined && value < minimum) return `at least ${minimum}`
  if (maximum !== undefined && value > maximum) return `at most ${maximum}`
  return undefined
}
