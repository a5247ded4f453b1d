import type { Authentication } from '../config/snapshot.ts'
import { isSealedAccessToken } from '../seal/access-token.ts'
import type { Sealer } from '../seal/seal.ts'
import { createApiKeyLookup } from './api-keys.ts'
import { type Credentials, createTokenReader, tokenProblem } from './bearer.ts'
import { identityOf } from './claims.ts'
import { type AuthFailure, type AuthFailureKind, isFailure } from './failure.ts'
import { withHint } from './hint.ts'
import { anonymous, type Identity } from './identity.ts'
import { openSealedToken } from './sealed-token.ts'
import { createTokenCache } from './token-cache.ts'
import { LEEWAY_SECONDS } from './token-claims.ts'
import { type TrustedIssuerDeps, trustedIssuer } from './trusted-issuer.ts'
import { type VerifiedToken, verifyToken } from './verify.ts'

/** The OAuth resource server of one policy: says who calls, or why that cannot be believed. */
export type Authenticator = {
  /**
   * Synchronous for a token that was verified before, and wherever there is no token to verify.
   *
   * @param resource the resource of the request: audience of its token unless others are configured
   */
  authenticate(
    credentials: Credentials,
    resource: string,
  ): Identity | AuthFailure | Promise<Identity | AuthFailure>
  /** What keeps tokens from being checked, one sentence, or undefined. */
  ready(): string | undefined
  /** Fetches the keys of every issuer. Never rejects. */
  refresh(): Promise<void>
  /** Looks at that token again the next time: it was revoked. */
  forget(token: string): void
  close(): void
}

export type AuthenticatorDeps = TrustedIssuerDeps & {
  readonly sealer: Sealer
  readonly metrics: AuthMetrics
}

export type AuthMetrics = TrustedIssuerDeps['metrics'] & {
  /** Once per authentication. */
  authentication(outcome: AuthOutcome): void
}

/** `ignored`: permissive mode took a bad token for none. */
export type AuthOutcome = 'ok' | 'anonymous' | 'ignored' | AuthFailureKind

const CACHED_TOKENS = 10_000
/** What a seal, a token without `exp` or an answer of the provider does not tell is looked at again after so long. */
const RECHECK_MS = 60_000

const missingToken: AuthFailure = Object.freeze({
  kind: 'missing_token',
  detail: 'this resource wants an access token',
})

const unknownKey: AuthFailure = Object.freeze({
  kind: 'unknown_api_key',
  detail: 'this API key is not known here',
})

export function createAuthenticator(
  policy: Authentication,
  deps: AuthenticatorDeps,
): Authenticator {
  const { now, log, metrics, sealer } = deps
  const trusted = policy.issuers.map(issuer =>
    trustedIssuer(issuer, policy.relay === undefined, deps),
  )
  const readToken = createTokenReader(policy.location)
  const { apiKeys, location } = policy
  const findHolder = apiKeys && createApiKeyLookup(apiKeys.keys)
  const readKey =
    apiKeys && createTokenReader({ kind: 'header', name: apiKeys.header, prefix: apiKeys.prefix })
  const keysAreApart =
    trusted.length === 0 || location.kind !== 'header' || location.name !== apiKeys?.header
  const cache = createTokenCache<Identity>(CACHED_TOKENS, now)
  /** Holders whose keys were found good before. */
  const keysSeen = new WeakSet<Identity>()

  function withoutToken(): Identity | AuthFailure {
    if (policy.mode === 'strict') {
      metrics.authentication('missing_token')
      return missingToken
    }
    metrics.authentication('anonymous')
    return anonymous
  }

  function refuse(failure: AuthFailure, resource: string): Identity | AuthFailure {
    const profile = policy.issuers[0]?.profile
    const refusal = profile === undefined ? failure : withHint(failure, profile, resource)
    const { kind: reason, detail, hint } = refusal
    // A token that cannot be checked yet is not known to be bad.
    if (policy.mode === 'permissive' && reason !== 'keys_unavailable') {
      log.info({ reason, detail, hint, resource }, 'bad token ignored, the caller is anonymous')
      metrics.authentication('ignored')
      return anonymous
    }
    log.info({ reason, detail, hint, resource }, 'token refused')
    metrics.authentication(reason)
    return refusal
  }

  /** Undefined: no key was sent, or what was sent may be a token. */
  function checkKey(credentials: Credentials): Identity | AuthFailure | undefined {
    const key = readKey?.(credentials)
    if (typeof key !== 'string') return undefined
    const holder = findHolder?.(key)
    if (holder === undefined && !keysAreApart) return undefined
    // Before it is said whether the key is a good one, or guessing would go on.
    const tooMany =
      holder !== undefined && keysSeen.has(holder) ? undefined : credentials.untried?.()
    if (tooMany !== undefined) return tooMany
    if (holder === undefined) return refuse(unknownKey, '')
    keysSeen.add(holder)
    metrics.authentication('ok')
    return holder
  }

  async function verify(token: string, resource: string): Promise<Identity | AuthFailure> {
    const malformed = tokenProblem(token)
    if (malformed !== undefined) return refuse(malformed, resource)

    const isSealed = isSealedAccessToken(token)
    const inner = isSealed
      ? openSealedToken(token, sealer, resource)
      : { token, client: undefined, issuer: undefined }
    if (isFailure(inner)) return refuse(inner, resource)

    const verified = await verifyToken(inner.token, trusted, {
      required: policy.requiredClaims,
      resource,
      checkAudience: !isSealed,
      sealedBy: inner.issuer,
      now: now(),
    })
    if (isFailure(verified)) return refuse(verified, resource)

    const { claims } = verified.by.issuer.profile
    const identity = identityOf(verified.claims, claims, inner.token, inner.client)
    const { by, key } = verified
    cache.set(token, {
      value: identity,
      resource,
      until: until(verified, isSealed),
      holds: () => key === undefined || by.keys.holds(key),
    })
    metrics.authentication('ok')
    return identity
  }

  function until({ claims, key }: VerifiedToken, isSealed: boolean): number {
    const recheck = now() + RECHECK_MS
    const { exp } = claims
    if (typeof exp !== 'number') return recheck
    const end = (exp + LEEWAY_SECONDS) * 1000
    return isSealed || key === undefined ? Math.min(end, recheck) : end
  }

  return {
    authenticate(credentials, resource) {
      const byKey = checkKey(credentials)
      if (byKey !== undefined) return byKey
      const token = readToken(credentials)
      if (token === undefined || trusted.length === 0) return withoutToken()
      if (typeof token !== 'string') return refuse(token, resource)
      const known = cache.get(token, resource, credentials.connection)
      if (known === undefined) return credentials.untried?.() ?? verify(token, resource)
      metrics.authentication('ok')
      return known
    },
    ready() {
      const problems = trusted.map(issuer => issuer.problem()).filter(text => text !== undefined)
      return problems.length > 0 ? problems.join('; ') : undefined
    },
    async refresh() {
      await Promise.all(trusted.map(issuer => issuer.refresh()))
    },
    forget: token => cache.delete(token),
    close() {
      for (const { keys } of trusted) keys.close()
      cache.clear()
    },
  }
}
