import { beforeEach, describe, expect, test } from 'vitest'
import { type Gateway, login, register } from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()
let gateway: Gateway

describe('metadata', () => {
  test('names the gateway alone and only what is true [RELAY-2] [RELAY-3]', async () => {
    ;({ gateway } = await start())
    const response = await fetch(`${gateway.origin}/.well-known/oauth-authorization-server/mcp`)
    expect(await response.json()).toMatchObject({
      issuer: gateway.issuer,
      authorization_endpoint: `${gateway.issuer}/authorize`,
      token_endpoint: `${gateway.issuer}/token`,
      registration_endpoint: `${gateway.issuer}/register`,
      revocation_endpoint: `${gateway.issuer}/revoke`,
      scopes_supported: ['mcp:tools', 'offline_access'],
      response_types_supported: ['code'],
      grant_types_supported: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_methods_supported: [
        'none',
        'client_secret_basic',
        'client_secret_post',
        'private_key_jwt',
      ],
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
      client_id_metadata_document_supported: true,
    })
  })

  test('of the root issuer has endpoints of its own', async () => {
    ;({ gateway } = await start())
    const response = await fetch(`${gateway.origin}/.well-known/oauth-authorization-server`)
    expect(await response.json()).toMatchObject({
      issuer: gateway.origin,
      token_endpoint: `${gateway.origin}/token`,
    })
  })

  test('promises neither registration nor documents nor refresh nor revocation that do not exist', async () => {
    ;({ gateway } = await start(
      { registration: { strategy: 'none' } },
      {
        metadata: ({ revocation_endpoint: _, scopes_supported: __, ...rest }) => ({
          ...rest,
          grant_types_supported: ['authorization_code'],
        }),
      },
    ))
    const response = await fetch(`${gateway.origin}/.well-known/oauth-authorization-server/mcp`)
    const document = (await response.json()) as Record<string, unknown>
    expect(document.registration_endpoint).toBeUndefined()
    expect(document.revocation_endpoint).toBeUndefined()
    expect(document.client_id_metadata_document_supported).toBe(false)
    expect(document.scopes_supported).toEqual(['mcp:tools'])
    expect(document.grant_types_supported).toEqual(['authorization_code'])
    expect(gateway.lines.map(({ message }) => message).join()).toContain('no refresh tokens')
  })
})

describe('CORS [RELAY-18]', () => {
  beforeEach(async () => {
    ;({ gateway } = await start())
  })

  test.each(['register', 'token', 'revoke'])('preflight of %s', async endpoint => {
    const response = await fetch(`${gateway.issuer}/${endpoint}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://localhost:6274',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,mcp-protocol-version',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-methods')).toContain('POST')
    expect(response.headers.get('access-control-allow-headers')).toContain('MCP-Protocol-Version')
  })

  test('a wrong method is 405 with Allow', async () => {
    const response = await fetch(`${gateway.issuer}/token`)
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  test('pages and redirects have no CORS', async () => {
    const client = await register(gateway)
    const response = await fetch(login(gateway, client).url, {
      redirect: 'manual',
      headers: { origin: 'https://evil.example' },
    })
    expect(response.headers.get('access-control-allow-origin')).toBeNull()
  })
})
