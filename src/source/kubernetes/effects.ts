import type { Locate } from '../../config/resource.ts'
import type { RoutePolicies } from '../../config/schema/policies.ts'

export type PolicyMember = keyof RoutePolicies

/** One member of the policies of a route, and where it was written. */
export type Piece = {
  readonly [M in PolicyMember]: {
    readonly member: M
    readonly value: NonNullable<RoutePolicies[M]>
    readonly locate: Locate
  }
}[PolicyMember]

/** What one policy object does to the routes that it is attached to. */
export type Effect = {
  readonly pieces: readonly Piece[]
  /** Something that protects cannot be done: nobody gets through. The sentence is for clients. */
  readonly refuses: string | undefined
  /** Wins over what is attached closer to the route. */
  readonly overrides: boolean
}

/** The policies of one route, and where each member comes from. */
export type Merged = {
  readonly pieces: ReadonlyMap<PolicyMember, Piece>
  readonly refuses: string | undefined
}

/** Two names of one slot: who calls is decided once. */
const SLOTS: Readonly<Partial<Record<PolicyMember, string>>> = {
  mcpAuthentication: 'authentication',
  jwtAuth: 'authentication',
}

/**
 * Lays effects on top of each other, member by member.
 *
 * @param levels from the farthest (Gateway) to the closest (rule, backend); of one level the oldest first
 */
export function merge(levels: readonly (readonly Effect[])[]): Merged {
  const slots = new Map<
    string,
    { readonly piece: Piece; readonly level: number; locked: boolean }
  >()
  const rules = new Map<PolicyMember, Piece>()
  let refuses: string | undefined
  for (const [level, effects] of levels.entries()) {
    for (const effect of effects) {
      refuses ??= effect.refuses
      for (const piece of effect.pieces) {
        const added = accumulate(rules.get(piece.member), piece)
        if (added !== undefined) {
          rules.set(piece.member, added)
          continue
        }
        const slot = SLOTS[piece.member] ?? piece.member
        const before = slots.get(slot)
        // Of equals the oldest stays; of others the closer one, unless the farther one overrides.
        if (before !== undefined && (before.locked || before.level === level)) continue
        slots.set(slot, { piece, level, locked: effect.overrides })
      }
    }
  }
  const pieces = [...slots.values()].map(({ piece }): [PolicyMember, Piece] => [
    piece.member,
    piece,
  ])
  return { pieces: new Map([...pieces, ...rules]), refuses }
}

/** What several levels say together: no rule can be dropped by a closer level, and of a rewrite each part is its own. */
function accumulate(before: Piece | undefined, piece: Piece): Piece | undefined {
  if (piece.member === 'urlRewrite') {
    const earlier = before?.member === 'urlRewrite' ? before.value : {}
    return { ...piece, value: { ...earlier, ...piece.value } }
  }
  if (piece.member !== 'authorization' && piece.member !== 'mcpAuthorization') return undefined
  const earlier = before !== undefined && 'rules' in before.value ? (before.value.rules ?? []) : []
  const rules = [...earlier, ...(piece.value.rules ?? [])]
  const locate: Locate = (...path) => {
    const [member, index, ...rest] = path
    if (before === undefined || member !== 'rules' || typeof index !== 'number') {
      return piece.locate(...path)
    }
    return index < earlier.length
      ? before.locate(...path)
      : piece.locate('rules', index - earlier.length, ...rest)
  }
  return { ...piece, value: { rules }, locate }
}
