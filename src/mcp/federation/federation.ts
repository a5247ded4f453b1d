import { type AnswerOptions, createAnswer } from '../answer.ts'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { Exchange } from '../connection.ts'
import type { McpServer } from '../server.ts'
import type { Session } from '../session.ts'
import { newSessionKey } from '../sessions.ts'
import { announce } from './announce.ts'
import { answerBatch, splitBatch } from './batch.ts'
import { createBoundIds } from './bound-ids.ts'
import { createCatalog } from './catalog.ts'
import { createDispatch } from './dispatch.ts'
import { guard } from './guard.ts'
import { createList } from './lists.ts'
import type { Members, Scope } from './members.ts'
import { createOffering } from './offering.ts'
import { createOffers } from './offers.ts'
import { createOpening } from './opening.ts'
import { createOutward } from './outward.ts'
import { createPages } from './pages.ts'
import { createPool, declaredBy, type PoolOptions } from './pool.ts'
import { createResolve } from './resolve.ts'
import { createRunning } from './running.ts'
import { createStand } from './standing.ts'
import { standingAnswer } from './standing-answer.ts'
import { createSubscriptions } from './subscriptions.ts'
import { createTell } from './telling.ts'

export type FederationOptions = Members &
  Omit<PoolOptions, 'end' | 'now'> & {
    readonly keepAliveMs: number
  }

/**
 * One or more targets that look like one server, message by message. Each message goes to the target that
 * it belongs to, or to all that have business with it; what comes back carries names of the gateway.
 */
export function createFederation(options: FederationOptions): McpServer {
  const { targets, keepAliveMs, log } = options
  const ids = createBoundIds(options.sealer)
  const offers = createOffers(options)
  const offering = createOffering(options, offers)
  const catalog = createCatalog(options, offering)
  const pages = createPages(options)
  const drop = (target: string): void => {
    catalog.drop(target)
    pages.drop(target)
  }
  const outward = createOutward(options, ids, {
    changed: drop,
    // Whoever provokes errors must not have every list asked for anew.
    doubtful: atMostEvery(DOUBT_MS, options.now, drop),
  })
  const running = createRunning()
  const subscriptions = createSubscriptions(options, offering, outward)
  const dispatch = createDispatch({
    members: options,
    offers,
    offering,
    catalog,
    resolve: createResolve(options, catalog),
    list: createList(options, offering, catalog, pages),
    outward,
    running,
    subscribe: subscriptions.subscribe,
  })
  const opening = createOpening(options)
  const tell = createTell(options, ids, running)
  const stand = createStand(options, ids, outward)
  /** Ends the streams that stand. */
  const streams = new Set<() => void>()
  const endAll = async (session: Session, client: Client): Promise<void> => {
    await Promise.all(targets.map(target => target.end(session, client)))
  }
  const pool = createPool({ ...options, end: (session, client) => void endAll(session, client) })

  /** Answers a request over HTTP; closing the answer cancels the request. */
  const answer = (
    call: Call,
    client: Client,
    start: (exchange: Exchange) => () => void,
    more: Partial<AnswerOptions> = {},
  ): void => {
    let cancel = (): void => undefined
    const exchange = createAnswer(client, call, {
      keepAliveMs,
      ...more,
      done() {
        cancel()
        more.done?.()
      },
    })
    cancel = start(exchange)
  }

  const serve = (call: Call, scope: Scope, client: Client, more?: Partial<AnswerOptions>): void =>
    answer(call, client, exchange => dispatch(call, scope, exchange), more)

  const serveBatch = (
    call: Call,
    session: Session,
    client: Client,
    more?: Partial<AnswerOptions>,
  ): void => {
    const calls = splitBatch(call)
    const scope = { client, session }
    for (const one of calls)
      if (one.kind !== 'request') guard(log, () => undefined, tell(one, session, client))
    const requests = calls.filter(({ kind }) => kind === 'request')
    if (requests.length === 0) {
      accept(client)
      more?.done?.()
    } else
      answer(
        call,
        client,
        exchange =>
          answerBatch(
            requests,
            exchange,
            (one, own) => dispatch(one, scope, own),
            (failure, id) => client.errorText(failure, id),
          ),
        more,
      )
  }

  /** Answers `initialize` of a client that gets no session; what it opens is closed again. */
  const introduce = (call: Call, client: Client): void => {
    const { session } = pool.once(call.message, client)
    let targets: Session['targets'] = {}
    answer(
      call,
      client,
      exchange => {
        guard(
          log,
          exchange.fail,
          opening(call, session, client, exchange, parts => {
            targets = parts
          }),
        )
        return () => undefined
      },
      { done: () => void endAll({ ...session, targets }, client) },
    )
  }

  return {
    modern(call, client) {
      // The modern era has no notification that would mean anything to a gateway.
      if (call.kind === 'notification') accept(client)
      else
        serve(call, { client, session: undefined, capabilities: declaredBy(call.message) }, client)
    },

    initialize(call, client, opened) {
      const key = newSessionKey()
      let id: string | undefined
      answer(
        call,
        client,
        exchange => {
          guard(
            log,
            exchange.fail,
            opening(call, { key }, client, exchange, parts => {
              id = opened(parts, key)
            }),
          )
          return () => undefined
        },
        { headers: () => (id === undefined ? NO_HEADERS : { 'mcp-session-id': id }) },
      )
    },

    inSession(call, session, client) {
      const headers = (): Readonly<Record<string, string>> =>
        call.session === undefined ? NO_HEADERS : { 'mcp-session-id': call.session }
      if (call.kind === 'batch') serveBatch(call, session, client, { headers })
      else if (call.kind === 'request') serve(call, { client, session }, client, { headers })
      else
        guard(
          log,
          failure => client.fail(failure),
          tell(call, session, client).then(failure => {
            if (failure === undefined) accept(client)
            else client.fail(failure)
          }),
        )
    },

    listen(session, lastEventId, client) {
      const { exchange, gone } = standingAnswer(client, keepAliveMs)
      const stop = stand(session, client, lastEventId, exchange)
      const end = (): void => {
        stop()
        announce(exchange)
        exchange.end()
      }
      streams.add(end)
      gone(() => {
        streams.delete(end)
        stop()
      })
    },

    endSession(session, client) {
      void endAll(session, client).then(() => {
        if (!client.response.destroyed)
          client.response.writeHead(200, { 'content-length': 0 }).end()
      })
    },

    stateless(call, client) {
      if (call.method === 'initialize') return introduce(call, client)
      const { session, release } = pool.take(call.message, client)
      if (call.kind === 'batch') serveBatch(call, session, client, { done: release })
      else serve(call, { client, session }, client, { done: release })
    },

    notReady: () => targets.map(target => target.notReady()).find(reason => reason !== undefined),

    // The targets outlive it: they are closed by whoever made them. Clients that listen come back to what
    // has taken its place.
    close() {
      for (const end of streams) end()
      subscriptions.end()
      return Promise.resolve()
    },
  }
}

const DOUBT_MS = 1_000

/** For each target. */
function atMostEvery(
  ms: number,
  now: () => number,
  run: (target: string) => void,
): (target: string) => void {
  const last = new Map<string, number>()
  return target => {
    if (now() - (last.get(target) ?? Number.NEGATIVE_INFINITY) < ms) return
    last.set(target, now())
    run(target)
  }
}

const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})

/** Answers a notification or a response that was taken (spec 2025-11-25, basic/transports). */
function accept({ response }: Client): void {
  if (!response.destroyed) response.writeHead(202, { 'content-length': 0 }).end()
}
