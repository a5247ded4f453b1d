import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type JWK } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import type { Introspection } from '../../src/config/snapshot.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'

const SECRET = 'a-secret-of-the-client'
const OPAQUE = 'http://gw.example/opaque'

describe('tokens of a real provider', () => {
  const server = createServer()
  let issuer: string
  let gate: Gate
  let pem: string

  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const { publicKey, privateKey: own } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    pem = own.export({ format: 'pem', type: 'pkcs8' }).toString()
    const provider = new Provider(issuer, {
      clients: [
        {
          client_id: 'gateway',
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: 'ES256',
          jwks: { keys: [publicKey.export({ format: 'jwk' }) as JWK] },
          grant_types: [],
          redirect_uris: [],
          response_types: [],
        },
        {
          client_id: 'robot',
          client_secret: SECRET,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        introspection: { enabled: true, allowedPolicy: () => true },
        revocation: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, resource) => ({
            scope: 'mcp:read mcp:write',
            audience: resource,
            accessTokenFormat: resource.includes('opaque') ? 'opaque' : 'jwt',
          }),
        },
      },
      jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'one', use: 'sig' } as JWK] },
    })
    server.on('request', provider.callback())
    gate = createGate([issuerOf(issuer, { kind: 'discovery' })])
  })
  afterAll(async () => {
    await gate.close()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })

  async function tokenFor(resource: string): Promise<string> {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: 'robot',
        client_secret: SECRET,
        scope: 'mcp:read',
        resource,
      }),
    })
    const { access_token: token } = (await answer.json()) as { access_token: string }
    return token
  }

  it('for this resource are taken', async () => {
    expect(await gate.send(await tokenFor(RESOURCE))).toMatchObject({
      authenticated: true,
      issuer,
      client: 'robot',
      scopes: ['mcp:read'],
    })
  })

  it('attack: for another resource', async () => {
    const answer = await gate.send(await tokenFor('http://gw.example/mcp2'))
    expect(outcomeOf(answer)).toBe('wrong_audience')
  })

  it('that are opaque are refused', async () => {
    const answer = await gate.send(await tokenFor(OPAQUE))
    expect(outcomeOf(answer)).toBe('malformed_token')
  })

  describe('that are opaque are asked about where the configuration says so', () => {
    const secret = { kind: 'secret', secret: new Secret(SECRET), method: undefined } as const
    const ways: readonly (readonly [string, () => Introspection])[] = [
      ['a secret', () => client('robot', secret)],
      [
        'a private key',
        () => client('gateway', { kind: 'key', key: new Secret(pem), keyId: undefined }),
      ],
    ]

    function client(clientId: string, authentication: Introspection['authentication']) {
      return { url: undefined, clientId, authentication, bareTokens: true }
    }

    it.each(ways)('with %s', async (_, introspection) => {
      const asking = createGate([
        issuerOf(issuer, { kind: 'discovery' }, oidc, [], introspection()),
      ])
      const token = await tokenFor(OPAQUE)
      expect(await asking.send(token, OPAQUE)).toMatchObject({
        authenticated: true,
        issuer,
        client: 'robot',
        scopes: ['mcp:read'],
      })
      expect(outcomeOf(await asking.send(token, RESOURCE))).toBe('wrong_audience')
      expect(outcomeOf(await asking.send('made-up', OPAQUE))).toBe('expired')

      await fetch(`${issuer}/token/revocation`, {
        method: 'POST',
        body: new URLSearchParams({ token, client_id: 'robot', client_secret: SECRET }),
      })
      asking.authenticator.forget(token)
      expect(outcomeOf(await asking.send(token, OPAQUE))).toBe('expired')
      await asking.close()
    })

    it('attack: with a key that is not the gateway’s: nobody gets in', async () => {
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const key = new Secret(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString())
      const introspection = client('gateway', { kind: 'key', key, keyId: undefined })
      const asking = createGate([issuerOf(issuer, { kind: 'discovery' }, oidc, [], introspection)])
      const answer = await asking.send(await tokenFor(OPAQUE), OPAQUE)
      expect(outcomeOf(answer)).toBe('keys_unavailable')
      await asking.close()
    })
  })
})
