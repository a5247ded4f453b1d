import { UnauthorizedError } from '@modelcontextprotocol/client'
import { UnauthorizedError as UnauthorizedV1 } from '@modelcontextprotocol/sdk/client/auth.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import {
  connectV1,
  connectV2,
  logInAndConnect,
  transportV1,
  transportV2,
} from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'
import { createPerson } from '../support/login.ts'

let identity: TestIdentity
let provider: IdentityProvider
let upstream: EverythingServer

beforeAll(async () => {
  const log = createLog({ level: 'silent', format: 'json' })
  identity = await createTestIdentity()
  provider = await startIdentityProvider({
    port: 0,
    log,
    scopes: ['files:read', 'files:write', 'files:admin'],
  })
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await identity.remove()
  await provider.close()
  await upstream.close()
})

const SCOPES = `rules: [{require: '"files:read" in identity.scopes'}], requiredScopes: [{tools: ["test_simple_*"], scopes: [files:write]}], scopeHierarchy: {files:admin: [files:write]}`
const CALL = { name: 'test_simple_text', arguments: {} }

const start = (trust: string, rules = SCOPES) =>
  startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {${trust}}, mcpAuthorization: {${rules}}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )

const MODES = { 'resource server': '', 'authorization server proxy': ', provider: {oidc: {}}' }
const NEGOTIATION = {
  'v2 legacy': 'legacy',
  'v2 auto': 'auto',
  'v2 modern': { pin: '2026-07-28' },
} as const
const rows = Object.entries(MODES).flatMap(([mode, more]) =>
  (Object.keys(NEGOTIATION) as (keyof typeof NEGOTIATION)[]).map(
    kind => [kind, mode, more] as const,
  ),
)

describe('step-up with the official clients [SCOPE-1]', () => {
  test.each(rows)('SDK %s, %s: a call that lacks a scope gets it', async (kind, _mode, more) => {
    await using gateway = await start(`issuer: "${provider.issuer}"${more}`)
    const person = createPerson()
    const first = await logInAndConnect(kind, gateway.url, person)
    // What lacks a scope is listed all the same, or nobody would ask for it.
    expect((await first.listTools()).tools.map(({ name }) => name)).toContain(CALL.name)
    expect(scopesOf(person.authorizationUrls[0])).toEqual(['files:read'])
    await first.close()

    const transport = transportV2(gateway.url, person)
    const client = await connectV2(transport, { versionNegotiation: { mode: NEGOTIATION[kind] } })
    await expect(client.callTool(CALL)).rejects.toThrow(UnauthorizedError)
    expect(scopesOf(person.authorizationUrls[1])).toEqual(
      expect.arrayContaining(['files:read', 'files:write']),
    )
    await transport.finishAuth(await person.answer())
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    await client.close()
  })

  test('SDK v1 with a refresh token refreshes, and gives up', async () => {
    await using gateway = await start(`issuer: "${provider.issuer}"`)
    const client = await logInAndConnect('v1', gateway.url, createPerson())
    await expect(client.callTool(CALL)).rejects.toThrow(
      'Server returned 403 after trying upscoping',
    )
    await client.close()
  })

  test('SDK v1 without a refresh token logs in again', async () => {
    await using gateway = await start(`issuer: "${provider.issuer}"`)
    const person = createPerson()
    await (await logInAndConnect('v1', gateway.url, person)).close()
    const { refresh_token: _, ...tokens } = person.saved.tokens ?? {
      access_token: '',
      token_type: '',
    }
    person.saved.tokens = tokens
    const transport = transportV1(gateway.url, person)
    const client = await connectV1(transport)
    await expect(client.callTool(CALL)).rejects.toThrow(UnauthorizedV1)
    expect(scopesOf(person.authorizationUrls[1])).toContain('files:write')
    await transport.finishAuth((await person.answer()).get('code') ?? '')
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    await client.close()
  })
})

function scopesOf(url: URL | undefined): readonly string[] {
  return (
    url?.searchParams
      .get('scope')
      ?.split(' ')
      .filter(one => one !== 'offline_access') ?? []
  )
}

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}
const MODERN_HEADERS = {
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': CALL.name,
}
const ERAS = {
  legacy: { headers: {}, params: CALL },
  modern: { headers: MODERN_HEADERS, params: { ...CALL, _meta: META } },
}

describe('challenges [SCOPE-2]', () => {
  test.each(Object.entries(ERAS))(
    '%s: 403 names all scopes, and the error has the id',
    async (_era, { headers, params }) => {
      await using gateway = await start(identity.trust)
      const bearer = await identity.bearer(gateway.url, { scope: 'files:read' })
      const message = { jsonrpc: '2.0', id: 'x-1', method: 'tools/call', params }
      const answer = await post(gateway.url, message, { ...headers, ...bearer })
      expect(answer.status).toBe(403)
      expect(answer.headers['www-authenticate']).toBe(
        `Bearer resource_metadata="${gateway.origin}/.well-known/oauth-protected-resource/mcp", scope="files:write files:read", error="insufficient_scope", error_description="this operation needs the scopes files:write files:read"`,
      )
      expect(answer.json()).toEqual({
        jsonrpc: '2.0',
        id: 'x-1',
        error: { code: -32000, message: 'this operation needs the scopes files:write files:read' },
      })
    },
  )

  test.each(Object.entries(ERAS))(
    '%s: scopes of HTTP-level rules, of rules and of the tool are asked for together',
    async (_era, { headers, params }) => {
      await using gateway = await startTestGateway(
        configuration([
          {
            policies: `{mcpAuthentication: {${identity.trust}}, authorization: {rules: [{require: '"mcp" in identity.scopes'}]}, mcpAuthorization: {${SCOPES}}}`,
            backend: httpTarget(upstream.url),
          },
        ]),
      )
      const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
      const challengeFor = async (scope: string): Promise<string | undefined> => {
        const bearer = await identity.bearer(gateway.url, { scope })
        const answer = await post(gateway.url, message, { ...headers, ...bearer })
        expect(answer.status).toBe(403)
        return /scope="([^"]*)"/.exec(answer.headers['www-authenticate'] ?? '')?.[1]
      }
      // A client that asks for no more than it is told has to end up with all of them.
      expect(await challengeFor('mcp')).toBe('files:write files:read mcp')
      const early = (await challengeFor('other'))?.split(' ')
      const known = Object.keys(headers).length > 0 ? ['files:write'] : []
      expect(new Set(early)).toEqual(new Set(['mcp', 'files:read', ...known]))
    },
  )

  test('a broader scope is enough', async () => {
    await using gateway = await start(identity.trust)
    const bearer = await identity.bearer(gateway.url, { scope: 'files:read files:admin' })
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: CALL }
    expect((await post(gateway.url, message, bearer)).status).toBe(200)
  })

  test('a 401 names the scopes of the route, or of the operation in its headers', async () => {
    await using gateway = await start(identity.trust)
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
    const plain = await post(gateway.url, message)
    expect(plain.headers['www-authenticate']).toContain('scope="files:read"')
    for (const name of [CALL.name, `=?base64?${Buffer.from(CALL.name).toString('base64')}?=`]) {
      const named = await post(gateway.url, message, { ...MODERN_HEADERS, 'mcp-name': name })
      expect(named.headers['www-authenticate']).toContain('scope="files:write files:read"')
    }
  })

  test('metadata names the scopes that every call needs', async () => {
    await using gateway = await start(
      identity.trust,
      `requiredScopes: [{scopes: [mcp]}, {methods: [tools/list], scopes: [x]}], rules: [{require: '"files:read" in identity.scopes'}]`,
    )
    const metadata = await ask(`${gateway.origin}/.well-known/oauth-protected-resource/mcp`)
    expect(metadata.json().scopes_supported).toEqual(['mcp', 'files:read'])
  })

  test('methods have scopes too, also inside a batch', async () => {
    await using gateway = await start(
      identity.trust,
      'requiredScopes: [{methods: [tools/list], scopes: [x]}]',
    )
    const bearer = await identity.bearer(gateway.url, { scope: 'y' })
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
    for (const body of [list, [list]]) {
      const answer = await post(gateway.url, body, bearer)
      expect(answer.status).toBe(403)
      expect(answer.headers['www-authenticate']).toContain('scope="x"')
    }
    expect((await post(gateway.url, { ...list, method: 'prompts/list' }, bearer)).status).toBe(200)
  })

  test('who sent no token at all is asked for one', async () => {
    await using gateway = await start(`${identity.trust}, mode: optional`)
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: CALL }
    const answer = await post(gateway.url, message)
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toContain('scope="files:write files:read"')
    expect(answer.headers['www-authenticate']).not.toContain('error=')
  })
})
