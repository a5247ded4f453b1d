import type { Dispatcher } from 'undici'

/** An endpoint that stands behind the host and port of a URL. */
export type Place = {
  /** Of its own among the places of one origin. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** It is on its way out: only what has to go there is sent there. */
  readonly draining: boolean
}

/** Which place a request should go to, if it still exists; then, where it went. */
export type Stay = { place: string | undefined }

/** Sends to one place; everything that happens comes back through the handler. */
type Send = (place: Place, handler: Dispatcher.DispatchHandler) => void

type Load = { running: number; failedAt: number }

/** A place that could not be reached comes after all others for so long, or it would be the least busy of them. */
const FAILED_MS = 5_000
const MOST_TRIES = 3
/** So many places are remembered before it is looked which of them are gone. */
const KEPT = 16
/** Added to what runs at a place, to put it last. */
const FAILED = 1e6
const DRAINING = 1e9

/** The requests for one origin, spread over its places: the one where least is running gets the next. */
export type Spread = {
  /**
   * Sends a request to the place that `stay` names, else to the least busy one. What could not be sent at all, because
   * no connection came about, goes to another place; `canRepeat` says whether its body is still there for that.
   *
   * @param places at least one
   */
  send(
    places: readonly Place[],
    send: Send,
    handler: Dispatcher.DispatchHandler,
    canRepeat: boolean,
    stay: Stay | undefined,
  ): void
  /** Whether nothing is running anywhere. */
  isIdle(): boolean
  /** How many places something is known of. */
  known(): number
}

/** @param now milliseconds, of any clock that only goes forward */
export function createSpread(now: () => number): Spread {
  const loads = new Map<string, Load>()
  let turn = 0

  const loadOf = ({ name }: Place): Load => {
    let load = loads.get(name)
    if (load === undefined) {
      load = { running: 0, failedAt: Number.NEGATIVE_INFINITY }
      loads.set(name, load)
    }
    return load
  }
  /** Places come and go with pods; what is known of those that are gone goes too, once nothing runs there. */
  const forgetOthers = (places: readonly Place[]): void => {
    if (loads.size <= 2 * places.length + KEPT) return
    const names = new Set(places.map(({ name }) => name))
    for (const [name, { running }] of loads) {
      if (running === 0 && !names.has(name)) loads.delete(name)
    }
  }
  const best = (places: readonly Place[], tried: ReadonlySet<Place>): Place | undefined => {
    // Among equals they take turns.
    turn = (turn + 1) % places.length
    let found: Place | undefined
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < places.length; i++) {
      const place = places[(turn + i) % places.length] as Place
      if (tried.has(place)) continue
      const { running, failedAt } = loadOf(place)
      const failed = now() - failedAt < FAILED_MS ? FAILED : 0
      const score = running + failed + (place.draining ? DRAINING : 0)
      if (score < least) [found, least] = [place, score]
    }
    return found
  }

  return {
    send(places, send, handler, canRepeat, stay) {
      forgetOthers(places)
      const tried = new Set<Place>()
      const attempt = (place: Place): void => {
        tried.add(place)
        if (stay !== undefined) stay.place = place.name
        const load = loadOf(place)
        load.running += 1
        const ended = (sent: boolean): boolean => {
          load.running -= 1
          if (sent) return false
          load.failedAt = now()
          const next = canRepeat && tried.size < MOST_TRIES ? best(places, tried) : undefined
          if (next !== undefined) attempt(next)
          return next !== undefined
        }
        send(place, new SpreadRequest(handler, ended))
      }
      const wanted = places.find(({ name }) => name === stay?.place) ?? best(places, tried)
      if (wanted !== undefined) attempt(wanted)
    },
    isIdle() {
      for (const { running } of loads.values()) if (running > 0) return false
      return true
    },
    known: () => loads.size,
  }
}

/** Tells when a request is over, and whether it was ever sent. */
class SpreadRequest implements Dispatcher.DispatchHandler {
  readonly #handler: Dispatcher.DispatchHandler
  readonly #ended: (sent: boolean) => boolean
  #sent = false

  /** @param ended true: it goes on elsewhere, so the handler is not to hear of the end */
  constructor(handler: Dispatcher.DispatchHandler, ended: (sent: boolean) => boolean) {
    this.#handler = handler
    this.#ended = ended
  }

  onRequestStart(...args: Parameters<Required<Dispatcher.DispatchHandler>['onRequestStart']>) {
    this.#sent = true
    this.#handler.onRequestStart?.(...args)
  }

  onResponseStart(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseStart']>) {
    this.#handler.onResponseStart?.(...args)
  }

  onResponseData(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseData']>) {
    this.#handler.onResponseData?.(...args)
  }

  onResponseEnd(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseEnd']>) {
    this.#ended(true)
    this.#handler.onResponseEnd?.(...args)
  }

  onResponseError(...args: Parameters<Required<Dispatcher.DispatchHandler>['onResponseError']>) {
    if (!this.#ended(this.#sent)) this.#handler.onResponseError?.(...args)
  }
}
