import type { Locate } from '../../config/resource.ts'
import type { BackendPolicies } from '../../config/schema/backend.ts'
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
  /** In place of `pieces`, where requests go to an MCP server: nothing of these is ever exempt. */
  readonly mcpPieces?: readonly Piece[]
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

/** How one backend is met: policies attached to a backend are for it, and not for what shares a rule with it. */
export type Connection = Pick<BackendPolicies, 'backendAuth' | 'backendTLS'>

const CONNECTION: readonly PolicyMember[] = ['backendAuth', 'backendTLS']

/** @param levels as for `merge` */
export function connectionOf(levels: readonly (readonly Effect[])[]): Connection {
  const found = merge(levels.map(effects => effects.map(connectionPart)))
  return Object.fromEntries([...found.pieces].map(([member, { value }]) => [member, value]))
}

function connectionPart(effect: Effect): Effect {
  return { ...effect, pieces: effect.pieces.filter(({ member }) => CONNECTION.includes(member)) }
}

export function forMcp(effect: Effect): Effect {
  const { mcpPieces: pieces } = effect
  return pieces === undefined ? effect : { ...effect, pieces }
}

/** What a policy that is attached to a backend does to the routes that lead there. */
export function withoutConnection(effect: Effect): Effect {
  const pieces = effect.pieces.filter(({ member }) => !CONNECTION.includes(member))
  return pieces.length === effect.pieces.length ? effect : { ...effect, pieces }
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
        for (const [slot, part] of slotsOf(piece)) {
          const before = slots.get(slot)
          // Of equals the oldest stays; of others the closer one, unless the farther one overrides.
          if (before !== undefined && (before.locked || before.level === level)) continue
          slots.set(slot, { piece: part, level, locked: effect.overrides })
        }
      }
    }
  }
  const pieces = new Map<PolicyMember, Piece>(rules)
  for (const { piece } of slots.values()) {
    pieces.set(piece.member, joined(pieces.get(piece.member), piece))
  }
  return { pieces, refuses }
}

/** What of a piece is decided by itself: host and path of a rewrite, and the time that a backend has. */
function slotsOf(piece: Piece): readonly (readonly [string, Piece])[] {
  if (piece.member === 'urlRewrite') {
    return Object.entries(piece.value).map(([name, value]) => [
      `urlRewrite ${name}`,
      { ...piece, value: { [name]: value } },
    ])
  }
  const isBackendTime = piece.member === 'timeout' && piece.value.requestTimeout === undefined
  return [[isBackendTime ? 'timeout backend' : (SLOTS[piece.member] ?? piece.member), piece]]
}

function joined(before: Piece | undefined, piece: Piece): Piece {
  if (before === undefined) return piece
  return { ...piece, value: { ...before.value, ...piece.value } } as Piece
}

/** Rules of all levels hold together: none of them can be dropped by a closer one. */
function accumulate(before: Piece | undefined, piece: Piece): Piece | undefined {
  if (piece.member !== 'authorization' && piece.member !== 'mcpAuthorization') return undefined
  const earlier = before?.member === piece.member ? (before.value.rules ?? []) : []
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
