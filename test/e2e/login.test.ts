import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { program } from '../fixtures/program.ts'
import { KINDS, logInAndConnect } from '../support/client.ts'
import { configuration, httpTarget, stdioTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { ask } from '../support/http.ts'
import { createPerson } from '../support/login.ts'

let provider: IdentityProvider
let upstream: EverythingServer

beforeAll(async () => {
  const log = createLog({ level: 'silent', format: 'json' })
  provider = await startIdentityProvider({ port: 0, log })
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await provider.close()
  await upstream.close()
})

const MODES = { 'resource server': '', 'authorization server proxy': ', provider: {oidc: {}}' }

const TARGETS: Readonly<Record<string, () => string>> = {
  http: () => httpTarget(upstream.url),
  stdio: () => stdioTarget(program('everything-server', '--stdio')),
}

const rows = Object.entries(MODES).flatMap(([mode, provider]) =>
  Object.keys(TARGETS).flatMap(target =>
    KINDS.map(kind => [kind, mode, target, provider] as const),
  ),
)

describe('a client that registers itself', () => {
  test.each(rows)(
    '%s: %s, %s target: login, call, refresh, call [RELAY-19] [RELAY-17]',
    async (kind, mode, target, policy) => {
      await using gateway = await startTestGateway(
        configuration([
          {
            policies: `{mcpAuthentication: {issuer: "${provider.issuer}"${policy}, resourceMetadata: {scopesSupported: ["mcp:tools"]}}}`,
            backend: TARGETS[target]?.() ?? '',
          },
        ]),
      )
      const person = createPerson()
      const client = await logInAndConnect(kind, gateway.url, person)
      const call = { name: 'test_simple_text', arguments: {} }
      const answer = await client.callTool(call)
      expect(answer).toMatchObject({ content: [{ type: 'text' }] })

      // Whoever the client has spoken to is who the metadata names.
      const login = person.authorizationUrls[0]
      const expected = mode === 'resource server' ? provider.issuer : gateway.origin
      expect(login?.origin).toBe(new URL(expected).origin)
      expect(login?.searchParams.get('resource')).toBe(gateway.url)

      const { tokens } = person.saved
      expect(tokens?.refresh_token).toBeDefined()
      // A token that the resource server refuses makes the client use its refresh token.
      person.saved.tokens = { ...tokens, access_token: 'dead', token_type: 'Bearer' }
      expect(await client.callTool(call)).toMatchObject(answer as object)
      expect(person.saved.tokens?.access_token).not.toBe('dead')
      expect(person.saved.tokens?.access_token).not.toBe(tokens?.access_token)
      expect(person.authorizationUrls).toHaveLength(1)
      await client.close()
    },
  )
})

describe('where the authorization server is', () => {
  const served = (policy: string) =>
    startTestGateway(
      configuration([
        {
          policies: `{mcpAuthentication: {issuer: "${provider.issuer}"${policy}}}`,
          backend: httpTarget(upstream.url),
        },
      ]),
    )

  test('resource server: the metadata names the issuer, and there is no document of a server here [MODE-2]', async () => {
    await using gateway = await served('')
    const resource = `${gateway.origin}/.well-known/oauth-protected-resource/mcp`
    expect((await ask(resource)).json()).toMatchObject({
      resource: gateway.url,
      authorization_servers: [provider.issuer],
    })
    for (const document of ['oauth-authorization-server', 'openid-configuration']) {
      for (const place of [`/.well-known/${document}/mcp`, `/.well-known/${document}`]) {
        const answer = await ask(gateway.origin + place)
        expect(answer.status, place).toBe(404)
        expect(answer.json(), place).toMatchObject({ error: 'not_found' })
      }
    }
  })

  test('proxy: the metadata names the gateway, wherever a client looks for it [MODE-4] [RELAY-1]', async () => {
    await using gateway = await served(', provider: {oidc: {}}')
    const resource = `${gateway.origin}/.well-known/oauth-protected-resource/mcp`
    expect((await ask(resource)).json()).toMatchObject({ authorization_servers: [gateway.url] })
    const issuers = {
      '/.well-known/oauth-authorization-server/mcp': gateway.url,
      '/.well-known/openid-configuration/mcp': gateway.url,
      '/mcp/.well-known/openid-configuration': gateway.url,
      '/mcp/.well-known/oauth-authorization-server': gateway.url,
      '/.well-known/oauth-authorization-server': gateway.origin,
      '/.well-known/openid-configuration': gateway.origin,
    }
    for (const [place, issuer] of Object.entries(issuers)) {
      const answer = await ask(gateway.origin + place)
      expect(answer.json(), place).toMatchObject({ issuer, token_endpoint: `${issuer}/token` })
    }
  })
})
