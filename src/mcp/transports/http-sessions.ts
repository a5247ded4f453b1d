import { BoundedMap } from '../bounded-map.ts'
import type { Client } from '../client.ts'
import type { Outgoing } from '../connection.ts'
import { refusedEra } from '../era-mismatch.ts'
import type { CallFailure } from '../failure.ts'
import { openingRequest, readOpened } from '../handshake.ts'
import type { Session, TargetState } from '../session.ts'
import type { Opened } from '../target.ts'
import { collectAnswer } from './collect.ts'
import { type HttpLink, header } from './http-link.ts'

/** The sessions of one HTTP target. */
export type HttpSessions = {
  /** What the target is to a session by now; undefined: it has no part in it yet. */
  current(session: Session): TargetState | undefined
  /** Sends `initialize`. */
  initialize(outgoing: Outgoing): Promise<Opened | CallFailure>
  /**
   * Opens the target's part of a session with the parameters that the client gave, once however many
   * ask at the same time.
   *
   * @param gone what the target has forgotten; if somebody else has opened it anew meanwhile, that is it
   */
  open(
    session: Session,
    client: Client,
    gone: TargetState | undefined,
  ): Promise<TargetState | CallFailure>
  /**
   * Runs with what the target is to the session, opening its part where that is missing.
   *
   * @param run gets `forgotten`, to be called when the target does not know the session: then it is opened
   *   anew and `run` is called once more; undefined: what the target says is final
   */
  use(
    session: Session,
    client: Client,
    run: (state: TargetState, forgotten: (() => void) | undefined) => void,
    fail: (failure: CallFailure) => void,
  ): void
  /** Tells the target that the session is over. */
  end(session: Session, client: Client): Promise<void>
}

/** Later or renewed sessions live in the memory of the replica; losing one costs another `initialize`. */
const MAX_RENEWED = 20_000

export function createHttpSessions(target: string, url: string, link: HttpLink): HttpSessions {
  const renewed = new BoundedMap<string, TargetState>(MAX_RENEWED)
  const opening = new Map<string, Promise<TargetState | CallFailure>>()

  const current = (session: Session): TargetState | undefined =>
    renewed.get(session.key) ?? session.targets[target]

  /** @param settle gets the answer; undefined: there was none of JSON-RPC */
  const post = (
    outgoing: Outgoing,
    state: TargetState | undefined,
    settle: (answer: Opened | CallFailure) => void,
  ): void => {
    link.send(
      {
        url,
        method: 'POST',
        from: outgoing.client,
        headers: {
          ...link.messageHeaders(outgoing, state),
          ...(outgoing.method === 'initialize' ? { 'mcp-protocol-version': undefined } : {}),
        },
        body: outgoing.text,
      },
      {
        head(status, headers) {
          const refused = link.refusal(status, outgoing.client, settle)
          if (refused !== undefined) return refused
          return {
            collect: collectAnswer(headers, {
              answer: (text, message) =>
                settle({ text, message, id: header(headers, 'mcp-session-id') ?? '' }),
              missing: () =>
                settle({
                  kind: 'target_failed',
                  detail: `target ${target} answered ${outgoing.method} with status ${status}`,
                }),
            }),
          }
        },
        failed: (reason, error) => settle(link.failure(reason, error)),
      },
    )
  }
  const initialize = (outgoing: Outgoing): Promise<Opened | CallFailure> =>
    new Promise(settle => post(outgoing, undefined, settle))

  const open = async (session: Session, client: Client): Promise<TargetState | CallFailure> => {
    const opened = await initialize(openingRequest(session.initialize, client))
    if ('kind' in opened) return opened
    if (opened.message.error !== undefined) return refusedEra(target, opened.message.error)
    const state = readOpened(opened)
    const initialized = {
      text: '{"jsonrpc":"2.0","method":"notifications/initialized"}',
      method: 'notifications/initialized',
      client,
    }
    await new Promise(settle => post(initialized, state, settle))
    renewed.set(session.key, state)
    return state
  }

  const openOnce: HttpSessions['open'] = async (session, client, gone) => {
    const now = current(session)
    if (now !== undefined && now !== gone) return now
    let running = opening.get(session.key)
    if (running === undefined) {
      running = open(session, client).finally(() => opening.delete(session.key))
      opening.set(session.key, running)
    }
    return running
  }

  return {
    current,
    initialize,
    open: openOnce,

    use(session, client, run, fail) {
      const again = (gone: TargetState | undefined): void => {
        void openOnce(session, client, gone).then(state => {
          if ('kind' in state) fail(state)
          else run(state, undefined)
        })
      }
      const state = current(session)
      if (state === undefined) again(undefined)
      // Without an id there is nothing that the target could have forgotten.
      else run(state, state.id === '' ? undefined : () => again(state))
    },

    async end(session, client) {
      const id = current(session)?.id ?? ''
      renewed.delete(session.key)
      if (id === '') return
      await new Promise<void>(settle => {
        link.send(
          {
            url,
            method: 'DELETE',
            from: client,
            headers: {
              ...link.messageHeaders({ text: '', method: '', client }, { id }),
              'content-type': undefined,
            },
            body: undefined,
          },
          {
            head: () => ({ collect: { data: () => undefined, end: settle } }),
            failed: () => settle(),
          },
        )
      })
    },
  }
}
