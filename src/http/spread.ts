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
/** Added to what runs at a place, to put it last. */
const FAILED = 1e6
const DRAINING = 1e9

/** Spreads the requests for one origin over its places: the one where least is running gets the next. */
export class Spread {
  readonly #loads = new Map<string, Load>()
  readonly #now: () => number
  #turn = 0

  /** @param now milliseconds, of any clock that only goes forward */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Nothing is running anywhere. */
  get idle(): boolean {
    for (const { running } of this.#loads.values()) if (running > 0) return false
    return true
  }

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
  ): void {
    const wanted = places.find(({ name }) => name === stay?.place)
    const tried = new Set<Place>()
    const attempt = (place: Place): void => {
      tried.add(place)
      if (stay !== undefined) stay.place = place.name
      const load = this.#loadOf(place)
      load.running += 1
      const ended = (sent: boolean): boolean => {
        load.running -= 1
        if (sent) return false
        load.failedAt = this.#now()
        const next = canRepeat && tried.size < MOST_TRIES ? this.#best(places, tried) : undefined
        if (next !== undefined) attempt(next)
        return next !== undefined
      }
      send(place, new SpreadRequest(handler, ended))
    }
    attempt(wanted ?? (this.#best(places, tried) as Place))
  }

  #loadOf({ name }: Place): Load {
    const known = this.#loads.get(name)
    if (known !== undefined) return known
    const load = { running: 0, failedAt: Number.NEGATIVE_INFINITY }
    this.#loads.set(name, load)
    return load
  }

  #best(places: readonly Place[], tried: ReadonlySet<Place>): Place | undefined {
    // Among equals they take turns.
    this.#turn = (this.#turn + 1) % places.length
    let best: Place | undefined
    let least = Number.POSITIVE_INFINITY
    for (let i = 0; i < places.length; i++) {
      const place = places[(this.#turn + i) % places.length] as Place
      if (tried.has(place)) continue
      const { running, failedAt } = this.#loadOf(place)
      const failed = this.#now() - failedAt < FAILED_MS ? FAILED : 0
      const score = running + failed + (place.draining ? DRAINING : 0)
      if (score < least) [best, least] = [place, score]
    }
    return best
  }
}

/** Tells, once, when a request is over, and whether it was ever sent. */
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
