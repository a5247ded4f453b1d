import type { Call } from '../call.ts'
import type { Exchange } from '../connection.ts'
import { isObject } from '../message.ts'
import type { Target } from '../target.ts'
import { isCallFailure, type Reply, sort } from './ask.ts'
import type { Catalog } from './catalog.ts'
import { idOf } from './inward.ts'
import { createListResults } from './list-result.ts'
import { type Members, type Scope, targetNamed } from './members.ts'
import type { Offering } from './offering.ts'
import type { Entry, Page } from './page.ts'
import { type Pages, parametersOf } from './pages.ts'
import { grant, invalidParams, methodNotFound, refuse } from './refusal.ts'
import type { ListKind, Routing } from './routing.ts'
import { isShown } from './shown.ts'

type ListRouting = Extract<Routing, { to: 'list' }>

/** What is left of a list, by target; travels sealed as the cursor. */
type Left = Readonly<Record<string, string>>

/** Asks every target that offers a kind of things, or those that a cursor names, and merges. */
export type List = (
  call: Call,
  routing: ListRouting,
  scope: Scope,
  exchange: Exchange,
) => Promise<void>

export function createList(
  members: Members,
  offering: Offering,
  catalog: Catalog,
  pages: Pages,
): List {
  const { naming, sealer, failClosed, decisions, log, now } = members
  const results = createListResults(members)

  const asked = async (
    { method, message }: Call,
    { offers }: ListRouting,
    scope: Scope,
  ): Promise<
    | { targets: readonly Target[]; left: Left }
    | 'bad cursor'
    | Awaited<ReturnType<Offering['targets']>>
  > => {
    const cursor = message.params?.cursor
    if (cursor === undefined) return offering.targets(offers, scope)
    const opened = typeof cursor === 'string' ? sealer.open('cursor', cursor) : undefined
    if (!isObject(opened) || opened.method !== method || !isObject(opened.left)) return 'bad cursor'
    const left = opened.left as Left
    const targets = Object.keys(left).flatMap(name => targetNamed(members, name) ?? [])
    return { targets, left }
  }

  /** Names that cannot be called are not listed. */
  const hidden = async (list: ListKind, scope: Scope): Promise<ReadonlySet<string>> => {
    const { space } = list
    if (naming.names || (space !== 'tool' && space !== 'prompt')) return NOTHING
    const ambiguous = await catalog.ambiguous(space, scope)
    return isCallFailure(ambiguous) ? NOTHING : ambiguous
  }

  /** The entries that are shown to this caller; undefined: all. */
  const filter = async (
    list: ListKind,
    scope: Scope,
  ): Promise<((target: string, item: Entry['item']) => boolean) | undefined> => {
    const unlisted = await hidden(list, scope)
    if (members.selectsAll && !decisions.restricts && unlisted.size === 0) return undefined
    return (target, item) =>
      !unlisted.has(String(item.name)) && isShown(members, list, target, item, scope.client)
  }

  return async (call, routing, scope, exchange) => {
    const { list } = routing
    const rawId = idOf(call)
    const askedAt = now()
    const found = await asked(call, routing, scope)
    if (found === 'bad cursor')
      return refuse(exchange, rawId, invalidParams('Invalid cursor: it is none of this list'))
    if (isCallFailure(found)) return exchange.fail(found)
    const { targets, left } = 'targets' in found ? found : { targets: found, left: {} as Left }
    if (targets.length === 0 && members.targets.length > 0)
      return refuse(exchange, rawId, methodNotFound(call.method))

    const [only] = targets
    if (targets.length === 1 && only !== undefined) scope.client.reaches(only.name)
    const parameters = members.keepsLists ? parametersOf(call, scope) : undefined
    const outcomes = await Promise.all(
      targets.map(target => pages.of(call, parameters, list, target, scope, left[target.name])),
    )
    const { came, failed } = sort(outcomes)
    const answered: Page[] = []
    const refused: Reply[] = []
    for (const one of came)
      if ('entries' in one) answered.push(one)
      else refused.push(one)
    const nobody = answered.length === 0 && targets.length > 0
    const lost = failed.find(({ kind }) => kind === 'unknown_session')
    const failure = lost ?? failed[0]
    if (failure !== undefined && (failClosed || nobody || lost !== undefined))
      return exchange.fail(failure)
    if (refused[0] !== undefined && (failClosed || nobody)) return passError(refused[0], exchange)
    const missing = [...failed.map(({ detail }) => detail), ...refused.map(refusedDetail)]
    for (const detail of missing) log.warn({ method: call.method, detail }, 'a list lacks a target')
    const result = results.write({
      pages: answered,
      list,
      shown: await filter(list, scope),
      cursor: rest => sealer.seal('cursor', { method: call.method, left: rest }),
      modern: scope.session === undefined,
      askedAt,
      isWhole: missing.length === 0,
    })
    grant(exchange, rawId, result)
  }
}

function refusedDetail({ target, message }: Reply): string {
  return `target ${target.name} answered with: ${message.error?.message}`
}

const NOTHING: ReadonlySet<string> = new Set()

/** The error of the one target that refused says more than anything that could be put in its place. */
function passError({ text, message }: Reply, exchange: Exchange): void {
  exchange.answer(text, message)
}
