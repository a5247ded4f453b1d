import type { Call } from '../call.ts'
import type { Exchange } from '../connection.ts'
import { ACKNOWLEDGED, META_SUBSCRIPTION } from '../eras.ts'
import { edit, textAt } from '../json-text.ts'
import { isObject, type Message } from '../message.ts'
import type { Target } from '../target.ts'
import { announce } from './announce.ts'
import { isCallFailure } from './ask.ts'
import { guard } from './guard.ts'
import { idOf } from './inward.ts'
import type { Members, Scope } from './members.ts'
import { joinTask, joinUri, splitTask, splitUri } from './names.ts'
import type { Offering } from './offering.ts'
import type { Outward } from './outward.ts'

/** `subscriptions/listen` over all targets that offer something of what is asked for. */
export type Subscribe = (call: Call, scope: Scope, exchange: Exchange) => () => void

export type Subscriptions = {
  readonly subscribe: Subscribe
  /** Ends those that are open, as a server does that shuts down; clients subscribe again. */
  end(): void
}

type Filter = Readonly<Record<string, unknown>>

const PATH = ['params', '_meta', META_SUBSCRIPTION] as const

/** Members of a filter that are lists of names, and how the names are joined with their target. */
const NAMED = {
  resourceSubscriptions: { split: splitUri, join: joinUri },
  taskIds: { split: splitTask, join: joinTask },
} as const

/** Members that are switches, and the letter of what a target has to offer for them. */
const SWITCHES: ReadonlyMap<string, string> = new Map([
  ['toolsListChanged', 't'],
  ['promptsListChanged', 'p'],
  ['resourcesListChanged', 'r'],
])

/**
 * One stream to the client out of one stream per target: one acknowledgement that names what all of them
 * together honour, then their notifications. A target whose stream breaks is subscribed to again.
 */
export function createSubscriptions(
  members: Members,
  offering: Offering,
  outward: Outward,
): Subscriptions {
  const { targets, naming, deadlineMs, log } = members
  /** Each ends one that is open. */
  const open = new Set<() => void>()

  /** The part of a filter that is a target's business; undefined: nothing is. */
  const partFor = (target: Target, letters: string, filter: Filter): Filter | undefined => {
    const part: Record<string, unknown> = {}
    for (const [member, value] of Object.entries(filter)) {
      const letter = SWITCHES.get(member)
      if (letter !== undefined) {
        if (value === true && letters.includes(letter)) part[member] = true
        continue
      }
      const named = NAMED[member as keyof typeof NAMED]
      if (named === undefined || !Array.isArray(value)) continue
      const own = value.flatMap(name => ownName(target, named, name))
      if (own.length > 0) part[member] = own
    }
    return Object.keys(part).length === 0 ? undefined : part
  }

  const ownName = (
    target: Target,
    { split }: (typeof NAMED)[keyof typeof NAMED],
    name: unknown,
  ): string[] => {
    if (typeof name !== 'string') return []
    if (!naming.uris) return [name]
    const found = split(name)
    return found?.target === target.name ? [found.name] : []
  }

  /** What a target honours, in the names of the gateway. */
  const honoured = (target: Target, { params }: Message): Filter => {
    const filter = isObject(params?.notifications) ? params.notifications : {}
    return Object.fromEntries(
      Object.entries(filter).map(([member, value]) => {
        const named = NAMED[member as keyof typeof NAMED]
        return named === undefined || !Array.isArray(value) || !naming.uris
          ? [member, value]
          : [member, value.map(name => named.join(target.name, String(name)))]
      }),
    )
  }

  const subscribe: Subscribe = (call, scope, exchange) => {
    if (!call.acceptsStream) {
      exchange.fail({
        kind: 'not_acceptable',
        detail: 'subscriptions/listen answers with text/event-stream, which Accept does not list',
      })
      return () => undefined
    }
    const rawId = idOf(call) ?? 'null'
    const meta = `{${JSON.stringify(META_SUBSCRIPTION)}:${rawId}}`
    const filter = isObject(call.message.params?.notifications)
      ? call.message.params.notifications
      : {}
    const acknowledged = new Map<Target, Filter>()
    const early: { readonly text: string; readonly message: Message }[] = []
    const cancels = new Map<Target, () => void>()
    let waiting = 0
    let over = false
    let isAcknowledged = false

    const together = (): Filter => union(targets.map(target => acknowledged.get(target) ?? {}))
    const acknowledge = (): void => {
      if (isAcknowledged || over) return
      isAcknowledged = true
      clearTimeout(deadline)
      const message: Message = {
        jsonrpc: '2.0',
        method: ACKNOWLEDGED,
        params: { notifications: together() },
      }
      const text = `{"jsonrpc":"2.0","method":"${ACKNOWLEDGED}","params":{"_meta":${meta},"notifications":${JSON.stringify(message.params?.notifications)}}}`
      exchange.message(text, message)
      for (const held of early.splice(0)) exchange.message(held.text, held.message)
    }
    const deadline = setTimeout(acknowledge, deadlineMs)

    /** Nobody can say what has changed meanwhile. */
    const changed = (part: Filter): void => announce(exchange, switchedOn(part), meta)

    const finish = (): void => {
      over = true
      open.delete(end)
      clearTimeout(deadline)
      for (const cancel of cancels.values()) cancel()
    }

    const end = (): void => {
      finish()
      changed(together())
      // Spec 2026-07-28, subscriptions#graceful-closure.
      exchange.answer(
        `{"jsonrpc":"2.0","id":${rawId},"result":{"resultType":"complete","_meta":${meta}}}`,
        { jsonrpc: '2.0', result: { resultType: 'complete' } },
      )
    }
    open.add(end)

    const listen = (target: Target, part: Filter, attempt: number): void => {
      let answered = false
      const settled = (): void => {
        if (answered) return
        answered = true
        if (attempt > 0) return
        waiting--
        if (waiting === 0) acknowledge()
      }
      /** The target's stream is over, and nobody has ended the subscription. */
      const again = (reason: string): void => {
        settled()
        if (over) return
        log.debug({ target: target.name, reason }, 'a subscription is taken up again')
        const timer = setTimeout(() => listen(target, part, attempt + 1), backoffMs(attempt))
        cancels.set(target, () => clearTimeout(timer))
      }
      const inner: Exchange = {
        message(text, message) {
          if (message.id !== undefined || over) return false
          if (message.method === ACKNOWLEDGED) {
            const own = honoured(target, message)
            acknowledged.set(target, own)
            settled()
            if (attempt > 0 && isAcknowledged) changed(own)
            return true
          }
          const own = textAt(text, PATH) === undefined ? text : edit(text, [[PATH, rawId]])
          if (isAcknowledged) return exchange.message(own, message)
          early.push({ text: own, message })
          return true
        },
        answer(_text, { error }) {
          if (error === undefined || attempt > 0)
            again(error?.message ?? 'it was ended by the server')
          else {
            settled()
            log.warn({ target: target.name, error: error.message }, 'a subscription was refused')
          }
        },
        end: () => again('the stream ended'),
        fail: failure => again(failure.detail),
      }
      const text = edit(call.text, [[['params', 'notifications'], JSON.stringify(part)]])
      const outgoing = { text, method: call.method, client: scope.client }
      cancels.set(target, target.modern(outgoing, outward.wrap(target.name, undefined, inner)))
    }

    const begun = Promise.all(
      targets.map(async target => ({ target, letters: await offering.of(target, scope) })),
    ).then(found => {
      if (over) return
      const parts = found.flatMap(({ target, letters }) => {
        const part = typeof letters === 'string' ? partFor(target, letters, filter) : undefined
        return part === undefined ? [] : [{ target, part }]
      })
      const failure = found
        .map(({ letters }) => letters)
        .find(letters => typeof letters !== 'string')
      if (
        failure !== undefined &&
        found.every(({ letters }) => typeof letters !== 'string' && isCallFailure(letters))
      ) {
        finish()
        return exchange.fail(failure)
      }
      waiting = parts.length
      for (const { target, part } of parts) listen(target, part, 0)
      if (parts.length === 0) acknowledge()
    })

    guard(log, exchange.fail, begun)
    return finish
  }

  return {
    subscribe,
    end() {
      for (const one of open) one()
    },
  }

  function union(filters: readonly Filter[]): Filter {
    const all: Record<string, unknown> = {}
    for (const filter of filters)
      for (const [member, value] of Object.entries(filter))
        all[member] = Array.isArray(value)
          ? [...((all[member] as unknown[] | undefined) ?? []), ...value]
          : value
    return all
  }
}

function backoffMs(attempt: number): number {
  return Math.min(1_000 * 2 ** attempt, 30_000)
}

/** Letters of the changes that a filter asks for. */
function switchedOn(filter: Filter): string {
  return [...SWITCHES].map(([member, letter]) => (filter[member] === true ? letter : '')).join('')
}
