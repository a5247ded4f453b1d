import type { TokenIssuer } from '../config/snapshot.ts'
import { claimAt } from '../providers/claim.ts'
import type { FetchResponse } from '../providers/fetch.ts'
import { acceptsIssuer } from '../providers/issuer.ts'
import type { TokenCheck } from '../providers/profile.ts'
import { excerpt } from './excerpt.ts'
import type { AuthFailure } from './failure.ts'
import type { Claims } from './token-claims.ts'

/** An answer that says nothing about the token, such as an error page; its message says what came. */
export class UselessAnswer extends Error {
  override readonly name = 'UselessAnswer'
  /** Whether the fault is the server's, or the configuration's, and not this one token's. */
  readonly outage: boolean

  constructor(message: string, outage: boolean) {
    super(message)
    this.outage = outage
  }
}

/**
 * What the provider says about a token: its claims, or that it is of no use.
 *
 * @param clientId the client that it has to be made for, where the provider has a check of its own
 * @throws UselessAnswer
 */
export function readIntrospection(
  response: FetchResponse,
  { issuer, profile }: TokenIssuer,
  clientId: string,
): Claims | AuthFailure {
  const { check } = profile.tokens
  if (check?.refused.includes(response.status)) return inactive
  const members = readMembers(response)
  if (check !== undefined) return readOwn(members, check, issuer, profile.title, clientId)

  if (members.active === false) return inactive
  if (members.active !== true) throw new UselessAnswer('the answer has no "active"', true)
  const { iss = issuer } = members
  if (typeof iss !== 'string' || !acceptsIssuer(profile, issuer, iss, members)) {
    return { kind: 'wrong_issuer', detail: `issuer is ${excerpt(iss)}, wanted ${excerpt(issuer)}` }
  }
  return wrongType(members) ?? withDates({ ...members, iss })
}

const inactive: AuthFailure = Object.freeze({
  kind: 'expired',
  detail: 'the provider says that the token is not active: it has ended or was revoked',
})

function readMembers({ status, body }: FetchResponse): Record<string, unknown> {
  if (status !== 200) {
    // Anybody can make up a token that is answered with 400, and must not shut the door for others by it.
    const ofToken = status >= 400 && status < 500 && ![401, 403, 404, 408, 429].includes(status)
    throw new UselessAnswer(`HTTP status ${status}`, !ofToken)
  }
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new UselessAnswer('the answer is not JSON', true)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw new UselessAnswer('the answer is no JSON object', true)
}

/** A provider's own check counts only for our client: otherwise any token of the provider would do. */
function readOwn(
  members: Record<string, unknown>,
  check: TokenCheck,
  issuer: string,
  title: string,
  clientId: string,
): Claims | AuthFailure {
  const client = claimAt(members, check.client)
  if (client === undefined) throw new UselessAnswer(`the answer has no ${check.client}`, true)
  if (client !== clientId) {
    return {
      kind: 'wrong_audience',
      detail: `the token was made for the ${title} client ${excerpt(client)}, wanted ${excerpt(clientId)}`,
      hint: 'the token belongs to another app at {provider}: clients have to get theirs from this gateway',
    }
  }
  const claims = Object.entries(check.claims)
    .map(([name, path]): [string, unknown] => [name, claimAt(members, path)])
    .filter(([, value]) => value !== undefined)
  return withDates({ ...Object.fromEntries(claims), iss: issuer })
}

/** Servers also answer for other tokens (RFC 7662 §2.2); Hydra says which by `token_use`. */
function wrongType({ token_type: type, token_use: use }: Claims): AuthFailure | undefined {
  const isBearer = type === undefined || /^(bearer|access_token)$/i.test(String(type))
  const isAccess = use === undefined || /^access(_token)?$/i.test(String(use))
  if (isBearer && isAccess) return undefined
  return {
    kind: 'wrong_token_type',
    detail: `the provider calls the token ${excerpt(isBearer ? use : type)}, a bearer access token is wanted`,
  }
}

/** Google writes seconds as text, GitHub a date. */
function withDates(claims: Record<string, unknown>): Claims {
  const dates = ['exp', 'nbf', 'iat'].flatMap(name => {
    const value = claims[name]
    if (typeof value !== 'string') return []
    const seconds = /^\d+$/.test(value) ? Number(value) : Math.floor(Date.parse(value) / 1000)
    return Number.isNaN(seconds) ? [] : [[name, seconds] as const]
  })
  return { ...claims, ...Object.fromEntries(dates) }
}
