import { type Dispatcher, Pool } from 'undici'
import type { UpstreamTls } from '../config/snapshot.ts'
import { createConnector, type Resolve, type TlsOptions } from './connect.ts'
import { createSpread, type Place, type Spread, type Stay } from './spread.ts'

/** Connection pools to backends, one per origin and lane. */
export type Upstreams = {
  /**
   * Sends a request on the data path; everything that happens, failures included, comes back through the handler.
   * Requests that may stay open for long (event streams) go on the lane `streams`, so that they do
   * not stand in the way of calls. Where several places stand behind an origin the least busy one is chosen, unless
   * `stay` names one.
   */
  readonly dispatch: (
    origin: string,
    options: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    lane?: Lane,
    stay?: Stay,
  ) => void
  /** Whether an origin may have places of its own, so that `stay` has a meaning. */
  readonly hasPlaces: boolean
  /** Breaks what still runs and closes every connection. */
  readonly close: () => Promise<void>
}

/** Connections to backends that are met in one way; undefined: in the usual one. */
export type UpstreamsFor = (tls: UpstreamTls | undefined) => Upstreams

export type Lane = 'calls' | 'streams'

export type UpstreamOptions = {
  /** Connections of one pool; a request above them is refused, not queued. */
  readonly connections?: Readonly<Record<Lane, number>>
  /** A pool above this number takes the place of the one that was idle for longest. */
  readonly pools?: number
  readonly connectTimeoutMs?: number
  /** To the headers of an answer, unless the request says so itself (`headersTimeout`). */
  readonly headersTimeoutMs?: number
  /** A pool without requests for so long is closed. */
  readonly idleMs?: number
  /** Authorities of backends whose certificates the system does not know, as `node:tls` takes it. */
  readonly ca?: string | undefined
  /** For one backend that has to be met in a way of its own; in place of `ca`. */
  readonly tls?: TlsOptions | undefined
  readonly resolve?: Resolve | undefined
}

/** A pool has no connection left; the request was not sent. */
export class UpstreamOverloaded extends Error {
  override readonly name = 'UpstreamOverloaded'
  readonly code = 'UPSTREAM_OVERLOADED'
}

/** A pool is retired when it was found idle so many times in a row; they make up `idleMs`. */
const idleSweeps = 4
const maxHeaderSize = 65_536

type Origin = { readonly hostname: string; readonly port: number; readonly spread: Spread }
type Entry = { readonly pool: Pool; idleSweeps: number; busy: boolean }

export function createUpstreams(options: UpstreamOptions = {}): Upstreams {
  const connections = options.connections ?? { calls: 1024, streams: 16_384 }
  const maxPools = options.pools ?? 1024
  const lanes: Readonly<Record<Lane, Map<string, Entry>>> = { calls: new Map(), streams: new Map() }
  const { ca, tls = { ca }, resolve, connectTimeoutMs: timeoutMs } = options
  const connect = createConnector({ ...tls, timeoutMs })
  const spreads = new Map<string, Origin>()

  const open = (origin: string, lane: Lane, key: string, place: Place | undefined): Entry => {
    const pools = lanes[lane]
    if (pools.size >= maxPools) retireOldest(pools)
    const pool = new Pool(origin, {
      connections: connections[lane],
      pipelining: 1,
      bodyTimeout: 0,
      headersTimeout: options.headersTimeoutMs ?? 300_000,
      maxHeaderSize,
      connect:
        place === undefined
          ? connect
          : createConnector({ ...tls, timeoutMs, resolve: () => [place] }),
    })
    const entry: Entry = { pool, idleSweeps: 0, busy: false }
    pools.set(key, entry)
    return entry
  }

  const send = (
    origin: string,
    request: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
    lane: Lane,
    place: Place | undefined,
  ): void => {
    const key = place === undefined ? origin : `${origin} ${place.name}`
    const entry = lanes[lane].get(key) ?? open(origin, lane, key, place)
    entry.idleSweeps = 0
    // Counting costs a walk over all connections, so only when the pool said that it is full.
    if (entry.busy && entry.pool.stats.size >= connections[lane]) {
      handler.onResponseError?.(neverStarted, overloaded(origin, connections[lane]))
      return
    }
    entry.busy = !entry.pool.dispatch(request, handler)
  }

  const originOf = (origin: string): Origin => {
    let known = spreads.get(origin)
    if (known === undefined) {
      const { hostname, protocol, port } = new URL(origin)
      known = {
        hostname,
        port: Number(port || (protocol === 'https:' ? 443 : 80)),
        spread: createSpread(() => performance.now()),
      }
      spreads.set(origin, known)
    }
    return known
  }

  const sweep = (): void => {
    for (const pools of Object.values(lanes)) {
      for (const [origin, entry] of pools) {
        entry.idleSweeps = entry.pool.stats.size > 0 ? 0 : entry.idleSweeps + 1
        if (entry.idleSweeps >= idleSweeps) retire(pools, origin, entry)
      }
    }
    for (const [origin, { spread }] of spreads) if (spread.isIdle()) spreads.delete(origin)
  }
  const timer = setInterval(sweep, (options.idleMs ?? 300_000) / idleSweeps).unref()

  return {
    dispatch(origin, request, handler, lane = 'calls', stay) {
      if (resolve === undefined) return send(origin, request, handler, lane, undefined)
      const { hostname, port, spread } = originOf(origin)
      const places = resolve(hostname, port)
      if (places === undefined) return send(origin, request, handler, lane, undefined)
      const { body = null } = request
      const canRepeat = body === null || typeof body === 'string' || Buffer.isBuffer(body)
      const sendTo = (place: Place, one: Dispatcher.DispatchHandler): void =>
        send(origin, request, one, lane, place)
      spread.send(places, sendTo, handler, canRepeat, stay)
    },
    hasPlaces: resolve !== undefined,
    async close() {
      clearInterval(timer)
      const pools = Object.values(lanes).flatMap(lane => [...lane.values()])
      await Promise.all(pools.map(({ pool }) => pool.destroy()))
    },
  }
}

function overloaded(origin: string, connections: number): UpstreamOverloaded {
  return new UpstreamOverloaded(`all ${connections} connections to ${origin} are in use`)
}

function retireOldest(pools: Map<string, Entry>): void {
  let oldest: [string, Entry] | undefined
  for (const candidate of pools) {
    if (oldest === undefined || candidate[1].idleSweeps > oldest[1].idleSweeps) oldest = candidate
  }
  if (oldest !== undefined) retire(pools, ...oldest)
}

/** Lets running requests end; the pool is out of reach for new ones. */
function retire(pools: Map<string, Entry>, origin: string, { pool }: Entry): void {
  pools.delete(origin)
  pool.close().catch(() => pool.destroy())
}

/** Stands for the controller of a request that was never sent: there is nothing to pause or abort. */
const neverStarted: Dispatcher.DispatchController = Object.freeze({
  aborted: true,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
})
