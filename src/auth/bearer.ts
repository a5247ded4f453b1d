import type { IncomingHttpHeaders } from 'node:http'
import type { TokenLocation } from '../config/snapshot.ts'
import type { AuthFailure } from './failure.ts'

/** What a request says about its caller. `query` is the part of the URL after `?`. */
export type Credentials = {
  readonly headers: IncomingHttpHeaders
  readonly query: string
  /** That the request came over: one object for as long as it is open. */
  readonly connection?: object
  /** Asked before a token is looked at that was never found good: a refusal that needs no look. */
  readonly untried?: () => AuthFailure | undefined
}

/** Longer tokens are refused unread. */
export const MAX_TOKEN_LENGTH: number = 16 * 1024

/**
 * Takes the access token out of a request, from the configured place and no other (RFC 6750 §2;
 * OAuth 2.1 §5.1 forbids the query, so it has to be asked for).
 *
 * @returns the token, its characters not yet checked (see `tokenProblem`); undefined when there is
 *   none, another authentication scheme included
 */
export function createTokenReader(
  location: TokenLocation,
): (credentials: Credentials) => string | undefined | AuthFailure {
  const read = reader(location)
  return credentials => {
    const token = read(credentials)
    if (typeof token !== 'string') return token
    if (token === '') return undefined
    return token.length > MAX_TOKEN_LENGTH ? tooLong(token.length) : token
  }
}

/** What is wrong with the characters of a token (RFC 9110 §11.2, token68), or undefined. */
export function tokenProblem(token: string): AuthFailure | undefined {
  if (/[\s,]/.test(token)) return oneToken
  return /^[A-Za-z0-9\-._~+/]+=*$/.test(token) ? undefined : wrongCharacters
}

function reader(location: TokenLocation): (from: Credentials) => string | undefined | AuthFailure {
  switch (location.kind) {
    case 'header': {
      const name = location.name.toLowerCase()
      const strip = prefixStripper(location.prefix)
      return ({ headers }) => {
        const value = headers[name]
        return Array.isArray(value) ? oneToken : value === undefined ? undefined : strip(value)
      }
    }
    case 'query':
      return ({ query }) => only(new URLSearchParams(query).getAll(location.name))
    case 'cookie':
      return ({ headers }) => only(cookies(headers.cookie ?? '', location.name))
  }
}

/** A name such as `Bearer` is an authentication scheme: any case, and spaces have to follow it. */
function prefixStripper(prefix: string): (value: string) => string | undefined {
  const start = prefix.trimEnd().toLowerCase()
  const isScheme = start !== '' && (start.length < prefix.length || /^[\w-]+$/.test(start))
  return value => {
    if (value.slice(0, start.length).toLowerCase() !== start) return undefined
    const rest = value.slice(start.length)
    if (isScheme && rest !== '' && !rest.startsWith(' ') && !rest.startsWith('\t')) return undefined
    return rest.replace(/^ +/, '')
  }
}

function only(values: readonly string[]): string | undefined | AuthFailure {
  return values.length > 1 ? oneToken : values[0]
}

/** The values of every cookie of that name (RFC 6265 §4.2.1), without the quotes. */
function cookies(header: string, name: string): string[] {
  return header
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => pair.startsWith(`${name}=`))
    .map(pair => pair.slice(name.length + 1).replace(/^"(.*)"$/, '$1'))
}

const oneToken: AuthFailure = Object.freeze({
  kind: 'malformed_request',
  detail: 'the request holds more than one token, or whitespace inside it; wanted exactly one',
})

const wrongCharacters: AuthFailure = Object.freeze({
  kind: 'malformed_token',
  detail: 'the token holds characters that no access token may have (RFC 6750 section 2.1)',
})

function tooLong(length: number): AuthFailure {
  return {
    kind: 'malformed_token',
    detail: `the token has ${length} characters, at most ${MAX_TOKEN_LENGTH} are taken`,
  }
}
