import { type IncomingHttpHeaders, validateHeaderName, validateHeaderValue } from 'node:http'
import type { HeaderModifier } from '../config/snapshot.ts'
import { withoutCookies } from './cookie.ts'

// Of one connection only (RFC 9110 §7.6.1), or about how this very message is framed.
const hopByHop: readonly string[] = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]

// Set by whoever sends the request, so never by whoever sent it to us.
const ownedByGateway: readonly string[] = [
  'host',
  'content-length',
  'expect',
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'x-real-ip',
]

/** What a request loses and gets on its way to a backend; made into a function once, by `requestHeaders`. */
export type RequestHeaderRules = {
  /** Whether the client's own Authorization header goes on. There is no default: every caller decides. */
  readonly authorization: 'keep' | 'drop'
  /** More names to drop, in lower case. */
  readonly drop?: readonly string[]
  /** A cookie to drop besides those of the gateway. */
  readonly dropCookie?: string | undefined
  readonly modifier?: HeaderModifier | undefined
}

/** Names in lower case, of one message; what they hold does not matter here. */
type Replaced = Readonly<Record<string, unknown>>

const NOTHING: Replaced = Object.freeze({})

/** The part of a request that headers are taken from. */
type HeaderSource = {
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingHttpHeaders
}

/**
 * Builds outbound request headers as a flat list of names and values: those of the client without
 * hop-by-hop fields, without what Connection names, without what only the sender may say (Host, Content-Length,
 * X-Forwarded-*), without the names of `replaced`, then `set` as it is, then the modifier. Order and spelling of what stays are kept. An underscore
 * counts as a hyphen when names are dropped, because CGI and WSGI servers read it so. Throws on a name
 * or value in the modifier that no header may have; values in `set` are checked by the client that sends them.
 */
export function requestHeaders(
  rules: RequestHeaderRules,
): (req: HeaderSource, set: readonly string[], replaced?: Replaced) => string[] {
  const dropped = new Set([...hopByHop, ...ownedByGateway, ...(rules.drop ?? [])])
  if (rules.authorization === 'drop') dropped.add('authorization')
  const modify = modification(rules.modifier, dropped)
  const verdict = verdicts(dropped)

  return (req, set, replaced = NOTHING) => {
    const { rawHeaders } = req
    const named = connectionOptions(req.headers.connection)
    const headers: string[] = []
    for (let i = 0; i < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] ?? ''
      let value = rawHeaders[i + 1] ?? ''
      const { lower, drop } = verdict(name)
      if (drop || named?.has(lower) || Object.hasOwn(replaced, lower)) continue
      if (lower === 'cookie') {
        value = withoutCookies(value, rules.dropCookie)
        if (value === '') continue
      }
      headers.push(name, value)
    }
    for (const item of set) headers.push(item)
    return modify(headers)
  }
}

type Verdict = { readonly lower: string; readonly drop: boolean }

/** Clients spell the same few names on every request; what is looked up here costs a third of taking a name apart. */
const MAX_SPELLINGS = 200

function verdicts(dropped: ReadonlySet<string>): (name: string) => Verdict {
  const known = new Map<string, Verdict>()
  return name => {
    let verdict = known.get(name)
    if (verdict === undefined) {
      const lower = name.toLowerCase().replaceAll('_', '-')
      verdict = { lower, drop: dropped.has(lower) }
      if (known.size < MAX_SPELLINGS) known.set(name, verdict)
    }
    return verdict
  }
}

/**
 * Builds the headers of an answer from those of the backend (names in lower case): without hop-by-hop
 * fields, `drop` and the names of `replaced`, with `add`, then the modifier. Throws as `requestHeaders` does.
 */
export function responseHeaders(
  modifier: HeaderModifier | undefined,
  drop: readonly string[] = [],
): (
  status: number,
  headers: IncomingHttpHeaders,
  add: readonly string[],
  replaced?: Replaced,
) => string[] {
  const dropped = new Set([...hopByHop, ...drop])
  const modify = modification(modifier, dropped)

  return (status, headers, add, replaced = NOTHING) => {
    const named = connectionOptions(headers.connection)
    const built: string[] = []
    for (const name in headers) {
      if (dropped.has(name) || named?.has(name) || Object.hasOwn(replaced, name)) continue
      // RFC 9110 §8.6: none in a 204.
      if (name === 'content-length' && status === 204) continue
      const value = headers[name]
      if (typeof value === 'string') built.push(name, value)
      else for (const one of value ?? []) built.push(name, one)
    }
    for (const item of add) built.push(item)
    return modify(built)
  }
}

/** Adds what `set` replaces and `remove` takes away to `dropped`; out: what puts the new values in. */
function modification(
  modifier: HeaderModifier | undefined,
  dropped: Set<string>,
): (headers: string[]) => string[] {
  if (modifier === undefined) return headers => headers
  const added = [...modifier.set, ...modifier.add]
  for (const [name, value] of added) {
    validateHeaderName(name)
    validateHeaderValue(name, value)
  }
  for (const name of modifier.remove) dropped.add(name)
  for (const [name] of modifier.set) dropped.add(name.toLowerCase())
  const pairs = added.flat()
  return headers => {
    for (const item of pairs) headers.push(item)
    return headers
  }
}

/** Names that a Connection header makes hop-by-hop; undefined when it only says keep-alive or close. */
function connectionOptions(connection: string | string[] | undefined): Set<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return
  const text = typeof connection === 'string' ? connection : connection.join(',')
  return new Set(text.split(',').map(option => option.trim().toLowerCase()))
}
