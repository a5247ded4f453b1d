import { identityKey } from '../../auth/identity.ts'
import { BoundedMap } from '../bounded-map.ts'
import { META_CLIENT_CAPABILITIES, META_VERSION } from '../eras.ts'
import type { CallFailure } from '../failure.ts'
import { isObject } from '../message.ts'
import type { Target } from '../target.ts'
import { ask, isCallFailure, sort } from './ask.ts'
import { type Members, type Scope, send } from './members.ts'
import type { Offering } from './offering.ts'
import type { NameSpace } from './routing.ts'

/** Which names of tools and prompts exist, where names do not carry their target (`prefixMode: never`) or rules hide some. */
export type Catalog = {
  /**
   * Targets that offer a name: one, none, or several, and then nobody can say which is meant.
   *
   * @returns a failure when a target that could know it did not answer
   */
  owners(space: CatalogSpace, name: string, scope: Scope): Promise<readonly Target[] | CallFailure>
  /** Names that several targets offer. */
  ambiguous(space: CatalogSpace, scope: Scope): Promise<ReadonlySet<string> | CallFailure>
  /**
   * Whether a target offers a name to this caller; undefined: it cannot be asked. The rules see the entries that
   * are read for it.
   */
  offers(
    space: CatalogSpace,
    target: Target,
    name: string,
    scope: Scope,
  ): Promise<boolean | undefined>
  /** What is known of a target is out of date. */
  drop(target: string): void
}

export type CatalogSpace = Extract<NameSpace, 'tool' | 'prompt'>

type Names = ReadonlySet<string>
type Known = {
  readonly names: Promise<Names | CallFailure>
  readonly since: number
  expiresAt: number
  failed: boolean
}

const MAX_KNOWN = 5_000
const MAX_PAGES = 64
/** Where the target does not say how long its list holds; changes are announced, too. */
const USUAL_MS = 60_000
const LONGEST_MS = 600_000
/** A name that nobody knows is looked for again, unless the list is as young as this. */
const YOUNG_MS = 1_000
/** Calls that can do without the list of a target do not ask for it again so soon after it failed. */
const FAILED_MS = 10_000

const LISTS = {
  tool: { method: 'tools/list', member: 'tools', offers: 't' },
  prompt: { method: 'prompts/list', member: 'prompts', offers: 'p' },
} as const

/** Lists of names per target and caller; kept until they expire, change or turn out to be wrong. */
export function createCatalog(members: Members, offering: Offering): Catalog {
  const { targets, failClosed, now, log } = members
  const known = new BoundedMap<string, Known>(MAX_KNOWN)
  const reported = new BoundedMap<string, true>(MAX_KNOWN)

  const readNames = async (
    space: CatalogSpace,
    target: Target,
    scope: Scope,
  ): Promise<{ names: Names; ttlMs: number } | CallFailure> => {
    const { method, member } = LISTS[space]
    const names = new Set<string>()
    let cursor: string | undefined
    let ttlMs = USUAL_MS
    for (let page = 0; page < MAX_PAGES; page++) {
      const text = request(method, scope, cursor)
      const reply = await ask(members, target, exchange =>
        send(target, scope, { text, method, client: scope.client }, exchange),
      )
      if (isCallFailure(reply)) return reply
      const { result, error } = reply.message
      if (error !== undefined)
        return {
          kind: 'target_failed',
          detail: `target ${target.name} answered ${method} with: ${error.message}`,
        }
      const items: unknown = isObject(result) ? result[member] : undefined
      if (!isObject(result) || !Array.isArray(items))
        return {
          kind: 'target_failed',
          detail: `target ${target.name} answered ${method} without ${member}`,
        }
      for (const item of items as readonly unknown[])
        if (isObject(item) && typeof item.name === 'string') {
          names.add(item.name)
          members.decisions.listed(space, item, target.name, scope.client)
        }
      if (typeof result.ttlMs === 'number' && result.ttlMs > 0) ttlMs = result.ttlMs
      cursor = typeof result.nextCursor === 'string' ? result.nextCursor : undefined
      if (cursor === undefined) break
    }
    return { names, ttlMs: Math.min(Math.max(ttlMs, YOUNG_MS), LONGEST_MS) }
  }

  const keyOf = (space: CatalogSpace, target: Target, scope: Scope): string =>
    JSON.stringify([target.name, space, callerKey(scope)])

  const namesOf = (space: CatalogSpace, target: Target, scope: Scope, olderThan = 0): Known => {
    const key = keyOf(space, target, scope)
    const found = known.get(key)
    if (found !== undefined && found.expiresAt > now() && found.since >= olderThan) return found
    const fetched = readNames(space, target, scope)
    const entry: Known = {
      names: fetched.then(answer => (isCallFailure(answer) ? answer : answer.names)),
      since: now(),
      expiresAt: Number.POSITIVE_INFINITY,
      failed: false,
    }
    known.set(key, entry)
    void fetched.then(answer => {
      entry.failed = isCallFailure(answer)
      entry.expiresAt = isCallFailure(answer) ? 0 : now() + answer.ttlMs
    })
    return entry
  }

  type Listed = { readonly target: Target; readonly names: Names }

  const all = async (
    space: CatalogSpace,
    scope: Scope,
    olderThan = 0,
  ): Promise<Listed[] | CallFailure> => {
    const offered = await offering.targets(LISTS[space].offers, scope)
    if (isCallFailure(offered)) return offered
    const lists = await Promise.all(
      offered.map(async (target): Promise<Listed | CallFailure> => {
        const names = await namesOf(space, target, scope, olderThan).names
        return isCallFailure(names) ? names : { target, names: selected(space, target, names) }
      }),
    )
    const { came, failed } = sort(lists)
    const [failure] = failed
    return failure !== undefined && (failClosed || came.length === 0) ? failure : came
  }

  const selected = (space: CatalogSpace, target: Target, names: Names): Names =>
    space === 'tool'
      ? new Set([...names].filter(name => members.selects(target.name, name)))
      : names

  const ownersIn = (lists: Listed[], name: string): Target[] =>
    lists.filter(({ names }) => names.has(name)).map(({ target }) => target)

  const report = (space: CatalogSpace, name: string, owners: readonly Target[]): void => {
    if (reported.get(`${space} ${name}`) !== undefined) return
    reported.set(`${space} ${name}`, true)
    log.warn(
      { [space]: name, targets: owners.map(owner => owner.name) },
      'several targets offer the same name, so it cannot be called; exclude it in one of them, or use prefixMode: always',
    )
  }

  return {
    async owners(space, name, scope) {
      const lists = await all(space, scope)
      if (isCallFailure(lists)) return lists
      let owners = ownersIn(lists, name)
      if (owners.length === 0) {
        const fresh = await all(space, scope, now() - YOUNG_MS)
        if (isCallFailure(fresh)) return fresh
        owners = ownersIn(fresh, name)
      }
      if (owners.length > 1) report(space, name, owners)
      return owners
    },

    async ambiguous(space, scope) {
      if (targets.length < 2) return new Set()
      const lists = await all(space, scope)
      if (isCallFailure(lists)) return lists
      const seen = new Set<string>()
      const twice = new Set<string>()
      for (const { names } of lists)
        for (const name of names) (seen.has(name) ? twice : seen).add(name)
      for (const name of twice) report(space, name, ownersIn(lists, name))
      return twice
    },

    async offers(space, target, name, scope) {
      const last = known.get(keyOf(space, target, scope))
      if (last?.failed === true && now() - last.since < FAILED_MS) return undefined
      for (const olderThan of [0, now() - YOUNG_MS]) {
        const names = await namesOf(space, target, scope, olderThan).names
        if (isCallFailure(names)) return undefined
        if (names.has(name)) return true
      }
      return false
    },

    drop(target) {
      for (const [key] of [...known.entries()])
        if ((JSON.parse(key) as string[])[0] === target) known.delete(key)
    },
  }
}

/** Anonymous callers share no session, so what one of them was shown is not held for the next. */
function callerKey({ client, session, capabilities }: Scope): string {
  const identity = identityKey(client.identity)
  if (session === undefined) return `${identity} ${JSON.stringify(capabilities ?? {})}`
  return identity === '' && !session.pooled ? session.key : identity
}

function request(
  method: string,
  { session, client, capabilities = {} }: Scope,
  cursor: string | undefined,
): string {
  const version = client.response.req.headers['mcp-protocol-version']
  const meta =
    session === undefined
      ? { _meta: { [META_VERSION]: version, [META_CLIENT_CAPABILITIES]: capabilities } }
      : {}
  return JSON.stringify({
    jsonrpc: '2.0',
    id: `${method} ${Math.random().toString(36).slice(2)}`,
    method,
    params: { ...meta, ...(cursor === undefined ? {} : { cursor }) },
  })
}
