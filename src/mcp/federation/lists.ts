import type { Call } from '../call.ts'
import type { Exchange } from '../connection.ts'
import { edit } from '../json-text.ts'
import { isObject } from '../message.ts'
import type { Target } from '../target.ts'
import { ask, isCallFailure, type Reply, sort } from './ask.ts'
import type { Catalog } from './catalog.ts'
import { idOf } from './inward.ts'
import { type Members, type Scope, send, targetNamed } from './members.ts'
import { mergeLists } from './merge.ts'
import type { Offering } from './offering.ts'
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

export function createList(members: Members, offering: Offering, catalog: Catalog): List {
  const { naming, sealer, failClosed, decisions, log } = members

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

  const shownTo =
    (list: ListKind, unlisted: ReadonlySet<string>, { client }: Scope) =>
    (target: string, item: Readonly<Record<string, unknown>>): boolean =>
      !unlisted.has(String(item.name)) && isShown(members, list, target, item, client)

  return async (call, routing, scope, exchange) => {
    const { list } = routing
    const rawId = idOf(call)
    const found = await asked(call, routing, scope)
    if (found === 'bad cursor')
      return refuse(exchange, rawId, invalidParams('Invalid cursor: it is none of this list'))
    if (isCallFailure(found)) return exchange.fail(found)
    const { targets, left } = 'targets' in found ? found : { targets: found, left: {} as Left }
    if (targets.length === 0 && members.targets.length > 0)
      return refuse(exchange, rawId, methodNotFound(call.method))

    const outcomes = await Promise.all(
      targets.map(target => {
        const cursor = left[target.name]
        const text =
          cursor === undefined
            ? call.text
            : edit(call.text, [[['params', 'cursor'], JSON.stringify(cursor)]])
        return ask(members, target, over =>
          send(target, scope, { text, method: call.method, client: scope.client }, over),
        )
      }),
    )
    const { came, failed } = sort(outcomes)
    const refused = came.filter(({ message }) => message.error !== undefined)
    const answered = came.filter(({ message }) => message.error === undefined)
    const nobody = answered.length === 0 && targets.length > 0
    const lost = failed.find(({ kind }) => kind === 'unknown_session')
    const failure = lost ?? failed[0]
    if (failure !== undefined && (failClosed || nobody || lost !== undefined))
      return exchange.fail(failure)
    if (refused[0] !== undefined && (failClosed || nobody)) return passError(refused[0], exchange)
    for (const { detail } of failed)
      log.warn({ method: call.method, detail }, 'a list lacks a target')

    const result = mergeLists(answered, {
      naming,
      list,
      shown: shownTo(list, await hidden(list, scope), scope),
      cursor: rest => sealer.seal('cursor', { method: call.method, left: rest }),
      personal: decisions.restricts,
      modern: scope.session === undefined,
    })
    grant(exchange, rawId, result)
  }
}

const NOTHING: ReadonlySet<string> = new Set()

/** The error of the one target that refused says more than anything that could be put in its place. */
function passError({ text, message }: Reply, exchange: Exchange): void {
  exchange.answer(text, message)
}
