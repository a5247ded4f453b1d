import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair } from 'jose'
import Provider, { type JWK } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'

const SECRET = 'a-secret-of-the-client'

describe('tokens of a real provider', () => {
  const server = createServer()
  let issuer: string
  let gate: Gate

  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { privateKey } = await generateKeyPair('RS256', { extractable: true })
    const provider = new Provider(issuer, {
      clients: [
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
    const answer = await gate.send(await tokenFor('http://gw.example/opaque'))
    expect(outcomeOf(answer)).toBe('malformed_token')
  })
})
