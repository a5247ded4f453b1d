import { lookup as systemLookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { Pool } from 'undici'
import {
  type Fetch,
  FetchError,
  type FetchRequest,
  type FetchResponse,
} from '../providers/fetch.ts'
import { createConnector, type Resolve } from './connect.ts'
import { errorText } from './error-text.ts'
import { checkedLookup, checkUntrusted } from './untrusted.ts'

export type FetchOptions = {
  /** Lets `untrusted` requests reach private addresses and plain http, for tests and closed networks. */
  readonly allowPrivate?: boolean
  /** Name resolution, as `dns.lookup`. */
  readonly lookup?: LookupFunction
  /** As `node:tls` takes it: authorities that the system does not know. */
  readonly ca?: string | undefined
  /** For URLs that the operator chose; one that a client chose is never looked up there. */
  readonly resolve?: Resolve | undefined
}

export type BoundedFetch = {
  readonly fetch: Fetch
  /** Breaks what still runs and closes every connection. */
  readonly close: () => Promise<void>
}

const defaultTimeoutMs = 10_000
const defaultMaxBytes = 1_048_576
const maxRedirects = 3
const maxPools = 64
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Makes the `Fetch` of the gateway, with connections of its own, so that a slow identity provider and slow
 * targets cannot starve each other. GET follows up to three redirects within one origin; other methods get a 3xx as the
 * answer. An untrusted URL gets a connection for itself, made to an address that was checked after it was resolved, so
 * that a second, different answer of the name server (DNS rebinding) has no effect.
 */
export function createFetch(options: FetchOptions = {}): BoundedFetch {
  const pools = new Map<string, Pool>()
  const passing = new Set<Pool>()
  const tls = options.ca === undefined ? {} : { ca: options.ca }

  const poolOf = (origin: string): Pool => {
    const known = pools.get(origin)
    if (known !== undefined) return known
    const oldest = pools.entries().next().value
    if (pools.size >= maxPools && oldest !== undefined) {
      pools.delete(oldest[0])
      oldest[1].close().catch(() => oldest[1].destroy())
    }
    const { ca, lookup, resolve } = options
    const pool = new Pool(origin, {
      connections: 32,
      connect: createConnector({ ca, lookup, resolve }),
    })
    pools.set(origin, pool)
    return pool
  }

  const guarded = async (request: FetchRequest, signal: AbortSignal) => {
    const url = new URL(request.url)
    if (options.allowPrivate !== true) checkUntrusted(url)
    const lookup = options.lookup ?? systemLookup
    const pool = new Pool(url.origin, {
      connections: 1,
      connect: { ...tls, lookup: options.allowPrivate === true ? lookup : checkedLookup(lookup) },
    })
    passing.add(pool)
    try {
      const answer = await exchange(pool, request, url, signal)
      if (redirects.has(answer.status)) {
        throw new FetchError('redirect', `${url.origin} redirects; not followed`)
      }
      return answer
    } finally {
      passing.delete(pool)
      await pool.destroy()
    }
  }

  const trusted = async (request: FetchRequest, signal: AbortSignal) => {
    let place = new URL(request.url)
    for (let followed = 0; ; followed += 1) {
      const answer = await exchange(poolOf(place.origin), request, place, signal)
      const next = redirects.has(answer.status) ? answer.headers.location : undefined
      if (next === undefined || (request.method ?? 'GET') !== 'GET') return answer
      place = redirected(place, next, followed)
    }
  }

  return {
    fetch: request => {
      const run = request.untrusted === true ? guarded : trusted
      return withDeadline(request, signal => run(request, signal))
    },
    async close() {
      await Promise.all([...pools.values(), ...passing].map(pool => pool.destroy()))
    },
  }
}

async function exchange(
  pool: Pool,
  request: FetchRequest,
  url: URL,
  signal: AbortSignal,
): Promise<FetchResponse> {
  const answer = await pool.request({
    path: url.pathname + url.search,
    method: request.method ?? 'GET',
    headers: { 'accept-encoding': 'identity', ...request.headers },
    body: request.body ?? null,
    signal,
    headersTimeout: 0,
    bodyTimeout: 0,
  })
  const maxBytes = request.maxBytes ?? defaultMaxBytes
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    size += chunk.length
    // Leaving the loop destroys the body and with it the connection.
    if (size > maxBytes) {
      throw new FetchError('too_large', `${url.origin} sent more than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  const encoding = answer.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') {
    throw new FetchError('unreachable', `${url.origin} sent ${encoding} though it was told not to`)
  }
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(answer.headers)) {
    if (value !== undefined) headers[name] = typeof value === 'string' ? value : value.join(', ')
  }
  return { status: answer.statusCode, headers, body: Buffer.concat(chunks, size).toString('utf8') }
}

/** Ends the waiting at the deadline even where the client under it cannot be interrupted (queued, connecting). */
async function withDeadline(
  { url, timeoutMs = defaultTimeoutMs }: FetchRequest,
  run: (signal: AbortSignal) => Promise<FetchResponse>,
): Promise<FetchResponse> {
  const controller = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new FetchError(
        'timeout',
        `${origin(url)} did not answer within ${timeoutMs} ms`,
      )
      reject(error)
      controller.abort(error)
    }, timeoutMs)
  })
  try {
    return await Promise.race([run(controller.signal), deadline])
  } catch (cause) {
    if (cause instanceof FetchError) throw cause
    throw new FetchError('unreachable', `${origin(url)} cannot be reached: ${errorText(cause)}`, {
      cause,
    })
  } finally {
    clearTimeout(timer)
  }
}

function redirected(from: URL, location: string, followed: number): URL {
  const to = URL.canParse(location, from.href) ? new URL(location, from) : undefined
  if (to?.origin !== from.origin) {
    const where = to === undefined ? 'a URL that cannot be read' : to.origin
    throw new FetchError('redirect', `${from.origin} redirects to ${where}; not followed`)
  }
  if (followed >= maxRedirects) {
    throw new FetchError('redirect', `${from.origin} redirects more than ${maxRedirects} times`)
  }
  return to
}

/** For messages: paths and queries may carry secrets. */
function origin(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : 'a URL that cannot be read'
}
