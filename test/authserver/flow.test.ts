import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  claimsOf,
  followLogin,
  type Gateway,
  logInOnce,
  login,
  redeem,
  refresh,
  register,
  startGateway,
} from './gateway.ts'
import { type QuirkyProvider, startQuirkyProvider } from './quirky-provider.ts'

let provider: QuirkyProvider
let gateway: Gateway

beforeEach(async () => {
  provider = await startQuirkyProvider()
  gateway = await startGateway({ issuer: provider.issuer })
})

afterEach(async () => {
  await gateway.close()
  await provider.close()
})

describe('from registration to revocation', () => {
  test('a client logs in, refreshes and revokes', async () => {
    const { client, answer, tokens } = await logInOnce(gateway)
    expect(answer.searchParams.get('state')).toBe('client state')
    expect(answer.searchParams.get('iss')).toBe(gateway.issuer)
    expect(tokens.status).toBe(200)
    expect(tokens.body).toMatchObject({ token_type: 'Bearer', scope: 'openid mcp:tools' })
    expect(tokens.body.id_token).toBeUndefined()
    expect(claimsOf(tokens.body.access_token)).toMatchObject({
      aud: gateway.resource,
      sub: 'alice',
    })

    const renewed = await refresh(gateway, client, tokens.body.refresh_token)
    expect(renewed.status).toBe(200)
    expect(renewed.body.access_token).not.toBe(tokens.body.access_token)

    const revoked = await fetch(`${gateway.issuer}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({
        token: String(renewed.body.refresh_token),
        client_id: client.client_id,
      }),
    })
    expect(revoked.status).toBe(200)
    const dead = await refresh(gateway, client, renewed.body.refresh_token)
    expect(dead.body.error).toBe('invalid_grant')
  })

  test('another replica with the same key goes on where this one stopped', async () => {
    const client = await register(gateway)
    const started = login(gateway, client)
    const answer = await followLogin(started.url, client.redirectUri)
    const tokens = await redeem(gateway, client, started, answer)
    const other = await startGateway({ issuer: provider.issuer, key: gateway.key })
    try {
      const sealed = other.sealer.open('refresh-token', String(tokens.body.refresh_token))
      expect(sealed).toMatchObject({ s: ['openid', 'mcp:tools'] })
    } finally {
      await other.close()
    }
  })
})
