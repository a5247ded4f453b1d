/** JSON is too large for an expression to look at; whoever asked gets no answer, and a rule denies. */
export class ValueTooLarge extends Error {
  override readonly name = 'ValueTooLarge'
}

/** Bounds what one evaluation can walk over. */
const MOST_VALUES = 10_000

/**
 * JSON as CEL wants it: whole numbers become ints, so that `jwt.level == 3` and `arguments.count + 1`
 * mean what they say. Whole numbers beyond 2^53 and all others stay doubles.
 *
 * @throws ValueTooLarge for more than 10,000 values
 */
export function celMap(json: object): Readonly<Record<string, unknown>> {
  let count = 0
  const convert = (value: unknown): unknown => {
    if (++count > MOST_VALUES)
      throw new ValueTooLarge(`more than ${MOST_VALUES} values are too many for a rule`)
    if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value
    if (Array.isArray(value)) return value.map(convert)
    return typeof value === 'object' && value !== null ? members(value) : value
  }
  // Not by assignment, which would take a member called __proto__ for the prototype.
  const members = (value: object): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([name, member]) => [name, convert(member)]),
    )
  return members(json)
}
