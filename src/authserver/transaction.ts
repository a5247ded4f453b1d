import { randomBytes } from 'node:crypto'
import type { Sealer } from '../seal/seal.ts'
import type { CarriedClient } from './provider-client.ts'

/** One authorization that is under way, from the client's request until the provider's answer. */
export type Transaction = {
  /** Names it in `state` and in the name of its cookie; begins with the time, so that names sort. */
  readonly id: string
  /** Issuer whose authorize URL was used: the `iss` of the answer. */
  readonly issuer: string
  readonly resource: string
  readonly client: string
  readonly redirectUri: string
  readonly state: string | undefined
  readonly challenge: string
  /** As the client asked for them, or the route's where it did not. */
  readonly scopes: readonly string[]
  /** Parameters that are passed on to the provider: prompt, login_hint … */
  readonly passed: Readonly<Record<string, string>>
  /** The gateway's own PKCE verifier towards the provider. */
  readonly verifier: string
  readonly provider: CarriedClient
}

const LIFE_MS = 10 * 60_000
/** Browsers take 4096 bytes for one cookie; servers 16 kB and less for all request headers. */
const CHUNK = 3_500
const MAX_CHUNKS = 2
/** Logins that one browser can have under way at a time; older ones are dropped. */
const MAX_PARALLEL = 3

/** Random text of 256 bits: a PKCE verifier (RFC 7636 §4.1) or an id. */
export function randomText(): string {
  return randomBytes(32).toString('base64url')
}

export function transactionId(now: number): string {
  return `${now.toString(36)}-${randomBytes(16).toString('base64url')}`
}

/**
 * Binds a transaction to the browser: everything in it travels sealed in a cookie, and only its id, sealed, in the
 * `state` that the provider sees, which is short (Keycloak drops more than 4,000 characters) and useless
 * in another browser (RFC 9700 §4.7.1).
 *
 * @returns the `Set-Cookie` values, or undefined when it is too large for cookies
 */
export function bindTransaction(
  sealer: Sealer,
  transaction: Transaction,
  cookieHeader: string | undefined,
  now: number,
): readonly string[] | undefined {
  const { issuer, id } = transaction
  const sealed = sealer.seal('transaction-cookie', transaction, now + LIFE_MS)
  const chunks = sealed.match(new RegExp(`.{1,${CHUNK}}`, 'g')) ?? []
  if (chunks.length > MAX_CHUNKS) return undefined
  const names = transactionCookies(cookieHeader, issuer)
  const running = [...new Set(names.map(idOf))].sort((one, other) => (one < other ? -1 : 1))
  const ids = running.slice(0, -(MAX_PARALLEL - 1))
  return [
    ...names.filter(name => ids.includes(idOf(name))).map(name => expired(name, issuer)),
    ...chunks.map((chunk, at) =>
      cookie(`${cookiePrefix(issuer)}${id}.${at}`, chunk, issuer, LIFE_MS),
    ),
  ]
}

/** The transaction with that id, if this browser began it and it is not over. */
export function openTransaction(
  sealer: Sealer,
  id: string,
  issuer: string,
  cookieHeader: string | undefined,
): Transaction | undefined {
  const cookies = readCookies(cookieHeader)
  const chunks = Array.from(
    { length: MAX_CHUNKS },
    (_, at) => cookies.get(`${cookiePrefix(issuer)}${id}.${at}`) ?? '',
  )
  const value = sealer.open('transaction-cookie', chunks.join('')) as Transaction | undefined
  return value?.id === id && value.issuer === issuer ? value : undefined
}

/** `Set-Cookie` values that end the transaction in the browser. */
export function endTransaction(
  transaction: Transaction,
  cookieHeader: string | undefined,
): readonly string[] {
  return transactionCookies(cookieHeader, transaction.issuer)
    .filter(name => idOf(name) === transaction.id)
    .map(name => expired(name, transaction.issuer))
}

/** The `state` for the provider. */
export function sealState(sealer: Sealer, { id, issuer }: Transaction, now: number): string {
  return sealer.seal('state', { id, issuer }, now + LIFE_MS)
}

/** What a `state` that came back says, or undefined: not the gateway's, or too old. */
export function openState(
  sealer: Sealer,
  state: string | undefined,
): { readonly id: string; readonly issuer: string } | undefined {
  return state === undefined
    ? undefined
    : (sealer.open('state', state) as { id: string; issuer: string } | undefined)
}

/** RFC 6265bis §4.1.3.2: `__Host-` keeps other hosts of the domain from planting one; it needs https. */
function cookiePrefix(issuer: string): string {
  return issuer.startsWith('https:') ? '__Host-portcullis-login.' : 'portcullis-login.'
}

function cookie(name: string, value: string, issuer: string, lifeMs: number): string {
  // Lax: the provider's answer is a navigation from another site, and a foreign form is none.
  const secure = issuer.startsWith('https:') ? '; Secure' : ''
  return `${name}=${value}; Path=/; Max-Age=${lifeMs / 1000}; HttpOnly; SameSite=Lax${secure}`
}

function expired(name: string, issuer: string): string {
  return cookie(name, '', issuer, 0)
}

function transactionCookies(cookieHeader: string | undefined, issuer: string): readonly string[] {
  return [...readCookies(cookieHeader).keys()].filter(name => name.startsWith(cookiePrefix(issuer)))
}

function idOf(name: string): string {
  return name.split('.')[1] ?? ''
}

function readCookies(cookieHeader: string | undefined): ReadonlyMap<string, string> {
  const pairs = (cookieHeader ?? '').split(';').map(pair => pair.split('=', 2))
  return new Map(pairs.map(([name = '', value = '']) => [name.trim(), value.trim()]))
}
