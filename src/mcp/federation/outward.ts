import type { Exchange } from '../connection.ts'
import { ACKNOWLEDGED } from '../eras.ts'
import { type Change, edit, textAt } from '../json-text.ts'
import { CODE, isObject, type Message } from '../message.ts'
import type { Session } from '../session.ts'
import type { BoundIds, EventPlaces } from './bound-ids.ts'
import type { Members } from './members.ts'
import { resultChanges, taskChanges, uriChange } from './result-names.ts'

/** What a target says, in the words of the gateway. */
export type Outward = {
  /** An exchange for the target whose messages reach `exchange` as the client is to see them. */
  wrap(target: string, session: Session | undefined, exchange: Exchange): Exchange
  /** A notification or request of the server. */
  message(target: string, session: Session | undefined, text: string, message: Message): string
}

/** What is told of the lists of a target. */
export type AboutLists = {
  /** The target has announced a change, or is listened to from now on. */
  changed(target: string): void
  /** It failed, or did not know what a caller found on one. */
  doubtful(target: string): void
}

export function createOutward(
  { naming, plain, health }: Members,
  ids: BoundIds,
  lists: AboutLists,
): Outward {
  const message: Outward['message'] = (target, session, text, parsed) => {
    const { method = '' } = parsed
    // Until a subscription stands, changes may have been missed.
    if (method.endsWith('/list_changed') || method === ACKNOWLEDGED) lists.changed(target)
    if (plain) return text
    return edit(text, [
      ...(naming.uris ? nameChanges(target, parsed) : []),
      ...(session === undefined ? [] : idChanges(target, session, text, parsed)),
    ])
  }

  const idChanges = (
    target: string,
    session: Session,
    text: string,
    { id, method }: Message,
  ): Change[] => {
    const paths =
      id === undefined
        ? method === 'notifications/cancelled'
          ? [['params', 'requestId']]
          : []
        : [['id'], ['params', '_meta', 'progressToken']]
    return paths.flatMap((path): Change[] => {
      const raw = textAt(text, path)
      return raw === undefined ? [] : [[path, ids.bind(session, target, raw)]]
    })
  }

  return {
    message,
    wrap(target, session, exchange) {
      if (plain) {
        return {
          ...exchange,
          message(text, parsed, eventId) {
            message(target, session, text, parsed)
            return exchange.message(text, parsed, eventId)
          },
        }
      }
      const event = (id: string | undefined): string | undefined => {
        if (id === undefined || session === undefined) return undefined
        const places: EventPlaces = { of: 'request', at: { [target]: id } }
        return ids.bindEvent(session, places)
      }
      const { checkpoint } = exchange
      return {
        message(text, parsed, eventId) {
          // Spec 2026-07-28, streamable HTTP: a server sends no requests of its own there.
          if (session === undefined && parsed.id !== undefined) return false
          return exchange.message(message(target, session, text, parsed), parsed, event(eventId))
        },
        ...(checkpoint &&
          session && {
            checkpoint: (eventId, retryMs) => checkpoint(event(eventId), retryMs),
          }),
        answer(text, parsed, eventId) {
          health.report(target, parsed)
          if (parsed.error !== undefined && OUTDATED.has(parsed.error.code)) lists.doubtful(target)
          const changes = naming.uris ? resultChanges(target, parsed.result, ['result']) : []
          exchange.answer(edit(text, changes), parsed, event(eventId))
        },
        end: exchange.end,
        fail(failure) {
          lists.doubtful(target)
          exchange.fail(failure)
        },
      }
    },
  }
}

/** With these a server refuses a name that it does not have, or no longer (spec, server/tools#error-handling). */
const OUTDATED: ReadonlySet<number> = new Set([CODE.invalidParams, CODE.methodNotFound])

function nameChanges(target: string, { method = '', params, id }: Message): readonly Change[] {
  if (!isObject(params)) return []
  if (method === 'notifications/resources/updated')
    return uriChange(target, params.uri, ['params', 'uri'])
  // Requests about tasks name a task of the client.
  if (id !== undefined && method.startsWith('tasks/')) return []
  if (method.startsWith('notifications/tasks')) return resultChanges(target, params, ['params'])
  return taskChanges(target, { _meta: params._meta }, ['params'])
}
