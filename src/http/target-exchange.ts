import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { Dispatcher } from 'undici'
import type { HeaderModifier, TokenLocation } from '../config/snapshot.ts'
import { endsEvent, KEEP_ALIVE } from '../mcp/sse.ts'
import type {
  BodyCollector,
  SendUpstream,
  UpstreamReceiver,
  UpstreamRequest,
} from '../mcp/upstream.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import { type RelayHooks, ResponseRelay, type UpstreamFailure } from './relay.ts'
import type { Stay } from './spread.ts'
import type { Upstreams } from './upstream.ts'

export type TargetExchangeOptions = {
  readonly upstreams: Upstreams
  /** Of the target. */
  readonly requestHeaders: HeaderModifier | undefined
  /** Of the route. */
  readonly responseHeaders: HeaderModifier | undefined
  /** Where the route takes its tokens from: what lies there stays here. */
  readonly location: TokenLocation | undefined
  /** The header of API keys, if the route takes any; it goes no further. */
  readonly keyHeader?: string | undefined
  /** The route has a CORS policy, so what the target says about CORS does not count. */
  readonly ownCors: boolean
  /** To the head of the answer, and to its end if it is no event stream. */
  readonly timeoutMs: number | undefined
  readonly keepAliveMs: number
}

type BuildHeaders = ReturnType<typeof requestHeaders>
type FilterHeaders = ReturnType<typeof responseHeaders>

const CORS_HEADERS = [
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-expose-headers',
]

/** Carries messages of the MCP engine to one target over the shared pools. */
export function createTargetSender(options: TargetExchangeOptions): SendUpstream {
  const { location, keyHeader } = options
  const { hasPlaces } = options.upstreams
  const destination = rememberUrls()
  const build = requestHeaders({
    authorization: 'keep',
    drop: [
      'accept-encoding',
      ...[location?.kind === 'header' ? location.name : undefined, keyHeader].flatMap(name =>
        name === undefined ? [] : notAuthorization(name),
      ),
    ],
    dropCookie: location?.kind === 'cookie' ? location.name : undefined,
    modifier: options.requestHeaders,
  })
  const filter = responseHeaders(options.responseHeaders, options.ownCors ? CORS_HEADERS : [])

  return (request, receiver) => {
    const { origin, path } = destination(request.url)
    const placed = hasPlaces ? withPlace(request) : request
    const exchange = new TargetExchange(receiver, options, filter, placed.stay)
    options.upstreams.dispatch(
      origin,
      {
        origin,
        path,
        method: request.method,
        headers: outboundHeaders(placed, build),
        body: request.body ?? null,
      },
      exchange,
      request.method === 'GET' ? 'streams' : 'calls',
      placed.stay,
    )
    return exchange.abort
  }
}

/**
 * To the engine, the id of a session at one of several places is `PLACE ID`; it travels in the sealed id of the client's
 * session, so that every replica finds the place again. A server's own id has no blank in it (MCP 2025-11-25, Transports).
 */
function namingPlace(headers: IncomingHttpHeaders, stay: Stay | undefined): IncomingHttpHeaders {
  const id = headers['mcp-session-id']
  if (stay?.place === undefined || id === undefined) return headers
  return { ...headers, 'mcp-session-id': `${stay.place} ${id}` }
}

/** Takes the place out of the id again. */
function withPlace(request: UpstreamRequest): UpstreamRequest {
  const [id, place] = request.headers['mcp-session-id']?.split(' ', 2).reverse() ?? []
  const stay = request.stay ?? { place }
  if (place === undefined) return { ...request, stay }
  return { ...request, stay, headers: { ...request.headers, 'mcp-session-id': id } }
}

function outboundHeaders({ from, headers }: UpstreamRequest, build: BuildHeaders): string[] {
  const set = flat(headers)
  // Answers are read here, or comments are put between their events: neither goes with compressed ones.
  set.push('accept-encoding', 'identity')
  if (from === undefined) return set
  for (const item of from.forwarded) set.push(item)
  return build(from.response.req, set, headers)
}

/** Names and values in one list, without the names that only take something away. */
function flat(headers: Readonly<Record<string, string | undefined>>): string[] {
  const list: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) list.push(name, value)
  }
  return list
}

/** One request to a target and its answer, which is piped or collected as the receiver says. */
class TargetExchange implements Dispatcher.DispatchHandler, RelayHooks {
  readonly #receiver: UpstreamReceiver
  readonly #options: TargetExchangeOptions
  readonly #filter: FilterHeaders
  readonly #stay: Stay | undefined
  #controller: Dispatcher.DispatchController | undefined
  #relay: ResponseRelay | undefined
  #collector: BodyCollector | undefined
  #timer: NodeJS.Timeout | undefined
  #over = false
  /** Put in place of headers of the answer that is piped. */
  #changed: Readonly<Record<string, string | undefined>> = {}
  /** Where comments are sent while the stream is silent: told of every chunk. */
  onChunk: ((chunk: Buffer) => void) | undefined

  constructor(
    receiver: UpstreamReceiver,
    options: TargetExchangeOptions,
    filter: FilterHeaders,
    stay: Stay | undefined,
  ) {
    this.#receiver = receiver
    this.#stay = stay
    this.#options = options
    this.#filter = filter
    if (options.timeoutMs !== undefined)
      this.#timer = setTimeout(TargetExchange.#expire, options.timeoutMs, this)
  }

  readonly abort = (): void => {
    if (this.#over) return
    this.#finish()
    this.#controller?.abort(new Error('nobody waits for the answer any more'))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#over) controller.abort(new Error('nobody waits for the answer any more'))
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (this.#over || status < 200) return
    const target = this.#receiver.head(status, namingPlace(headers, this.#stay))
    const isStream = headers['content-type']?.startsWith('text/event-stream') === true
    if ('collect' in target) {
      if (isStream) clearTimeout(this.#timer)
      this.#collector = target.collect
      return
    }
    clearTimeout(this.#timer)
    const { keepAliveMs, timeoutMs } = this.#options
    this.#changed = target.headers
    const isPlain = headers['content-encoding'] === undefined
    if (isStream && isPlain) this.onChunk = keepAliveComments(target.pipe, keepAliveMs)
    this.#relay = new ResponseRelay(target.pipe, this, isStream ? undefined : timeoutMs)
    this.#relay.onRequestStart(controller)
    this.#relay.onResponseStart(controller, status, headers)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#relay !== undefined) this.#relay.onResponseData(controller, chunk)
    else if (!this.#over) this.#collect(chunk)
  }

  onResponseEnd(controller: Dispatcher.DispatchController, trailers: IncomingHttpHeaders): void {
    if (this.#over) return
    this.#finish()
    if (this.#relay !== undefined) this.#relay.onResponseEnd(controller, trailers)
    else this.#collector?.end()
  }

  onResponseError(controller: Dispatcher.DispatchController, error: Error): void {
    if (this.#over) return
    this.#finish()
    if (this.#relay !== undefined) this.#relay.onResponseError(controller, error)
    else this.#receiver.failed(reason(error, this.#collector !== undefined), error)
  }

  #collect(chunk: Buffer): void {
    try {
      this.#collector?.data(chunk)
    } catch (error) {
      this.#finish()
      this.#controller?.abort(error as Error)
      this.#receiver.failed('broken', error as Error)
    }
  }

  headersFor(status: number, headers: IncomingHttpHeaders): string[] {
    const add = flat(this.#changed)
    // Proxies on the way (nginx) would keep back what belongs to a stream.
    if (this.onChunk !== undefined && headers['x-accel-buffering'] === undefined)
      add.push('x-accel-buffering', 'no')
    return this.#filter(status, headers, add, this.#changed)
  }

  onFailure({ kind, detail }: UpstreamFailure): void {
    // Nobody is left to be told, and the target has done nothing wrong.
    if (kind !== 'client_gone') this.#receiver.failed('broken', new Error(detail))
  }

  #finish(): void {
    this.#over = true
    clearTimeout(this.#timer)
  }

  static #expire(exchange: TargetExchange): void {
    if (exchange.#over) return
    exchange.#finish()
    const error = new Error(`no answer within ${exchange.#options.timeoutMs} ms`)
    exchange.#controller?.abort(error)
    exchange.#receiver.failed('timeout', error)
  }
}

/**
 * Sends comments while a stream is silent. A comment may stand only between two events, so what was
 * sent last is looked at.
 *
 * @returns to be told of every chunk
 */
function keepAliveComments(response: ServerResponse, everyMs: number): (chunk: Buffer) => void {
  let between = true
  const timer = setInterval(() => {
    if (between && response.headersSent && !response.writableEnded && !response.writableNeedDrain)
      response.write(KEEP_ALIVE)
  }, everyMs)
  response.once('close', () => clearInterval(timer))
  return chunk => {
    between = endsEvent(chunk)
    timer.refresh()
  }
}

function reason(error: Error, began: boolean): 'unreachable' | 'timeout' | 'broken' {
  const code = 'code' in error ? String(error.code) : ''
  if (code.endsWith('TIMEOUT') || code === 'ETIMEDOUT') return 'timeout'
  return began || code.startsWith('HPE_') || code === 'UND_ERR_SOCKET' ? 'broken' : 'unreachable'
}

/** Targets have one URL each: taking it apart once is enough. */
function rememberUrls(): (url: string) => { readonly origin: string; readonly path: string } {
  const known = new Map<string, { readonly origin: string; readonly path: string }>()
  return url => {
    let parts = known.get(url)
    if (parts === undefined) {
      const { origin, pathname, search } = new URL(url)
      parts = { origin, path: pathname + search }
      known.set(url, parts)
    }
    return parts
  }
}

/** What becomes of Authorization itself is said with each request. */
function notAuthorization(name: string): string[] {
  return name.toLowerCase() === 'authorization' ? [] : [name.toLowerCase()]
}
