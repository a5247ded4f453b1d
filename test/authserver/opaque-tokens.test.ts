import { afterEach, expect, test } from 'vitest'
import { type Authenticator, createAuthenticator } from '../../src/auth/authenticator.ts'
import { isFailure } from '../../src/auth/failure.ts'
import { Secret } from '../../src/config/secret.ts'
import type { Authentication } from '../../src/config/snapshot.ts'
import { createFetch } from '../../src/http/fetch.ts'
import { defineProfile } from '../../src/providers/define-profile.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { openAccessToken } from '../../src/seal/access-token.ts'
import { type Gateway, logInOnce } from './gateway.ts'
import { recordingLog } from './log.ts'
import { starter } from './starter.ts'

const start = starter()
const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** Tokens of this provider are opaque: nothing is asked for that would make them JWTs. */
const profile = defineProfile(oidc, {
  audience: { kind: 'sealed' },
  registration: { strategy: 'static' },
})

async function registerByHand(origin: string, issuer: string) {
  const response = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ redirect_uris: [`${origin}/oauth/callback`] }),
  })
  const { client_id, client_secret } = (await response.json()) as Record<string, string>
  return { clientId: client_id, clientSecret: new Secret(client_secret ?? '') }
}

/** The resource server that stands behind the relay. */
function resourceServer({ relay, sealer }: Gateway): Authenticator {
  const { issuer, clientId = '', clientSecret } = relay
  const { fetch, close } = createFetch()
  const policy: Authentication = {
    mode: 'strict',
    issuers: [
      {
        issuer,
        audiences: [],
        keys: { kind: 'discovery' },
        profile: relay.profile,
        introspection: {
          url: undefined,
          clientId,
          authentication: {
            kind: 'secret',
            secret: clientSecret ?? new Secret(''),
            method: undefined,
          },
          bareTokens: true,
        },
      },
    ],
    location: { kind: 'header', name: 'authorization', prefix: 'Bearer ' },
    requiredClaims: ['exp'],
    resource: undefined,
    scopes: undefined,
    challengeScopes: [],
    metadata: {},
    relay,
  }
  const { log } = recordingLog()
  const authenticator = createAuthenticator(policy, {
    fetch,
    sealer,
    now: Date.now,
    log,
    metrics: { authentication: () => undefined, keySetFetch: () => undefined },
  })
  closers.push(() => authenticator.close(), close)
  return authenticator
}

test('an opaque token of a login is good here, sealed and not bare, until it is revoked', async () => {
  const forgotten: string[] = []
  let server: Authenticator | undefined
  const forget = (token: string): void => {
    forgotten.push(token)
    server?.forget(token)
  }
  const { gateway } = await start({ profile, prepare: registerByHand, deps: { forget } })
  server = resourceServer(gateway)
  const show = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const answer = await server?.authenticate({ headers, query: '' }, gateway.resource)
    return answer === undefined || isFailure(answer) ? answer?.kind : answer.subject
  }

  const { client, tokens } = await logInOnce(gateway)
  const token = String(tokens.body.access_token)
  expect(token).toMatch(/^pcat_/)
  expect(await show(token)).toBe('alice')
  const inner = openAccessToken(gateway.sealer, token)?.token ?? ''
  expect(inner.split('.')).toHaveLength(1)
  expect(await show(inner)).toBe('wrong_audience')

  const revoked = await fetch(`${gateway.issuer}/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: client.client_id }),
  })
  expect(revoked.status).toBe(200)
  expect(forgotten).toEqual([token])
  expect(await show(token)).toBe('expired')
})
