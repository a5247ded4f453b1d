import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSigner, type Provider, type Signer, startProvider } from '../auth/provider.ts'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'

let upstream: RecordingServer
let provider: Provider
let signer: Signer
let gateway: TestGateway

beforeEach(async () => {
  upstream = await startRecordingServer()
  provider = await startProvider()
  signer = await createSigner('ES256', 'first')
  provider.publish([signer.jwk])
})
afterEach(async () => {
  await gateway.stop()
  await provider.close()
  await upstream.close()
})

const serve = async (policy = ''): Promise<void> => {
  gateway = await startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {issuer: "${provider.issuer}"${policy}}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )
}

const token = (by: Signer, sub = 'alice'): Promise<string> =>
  by.sign({
    iss: provider.issuer,
    aud: gateway.url,
    sub,
    exp: Math.floor(Date.now() / 1000) + 600,
  })

const call = async (bearer: string) =>
  post(gateway.url, jsonRpc('initialize', '0'), { authorization: `Bearer ${bearer}` })

describe('a provider that is down when the gateway starts', () => {
  beforeEach(async () => {
    provider.down = true
    await serve()
  })

  test('keeps nothing but tokens from being checked [KEYS-8] [KEYS-4]', async () => {
    expect((await ask(gateway.url)).status).toBe(401)
    const document = await ask(`${gateway.origin}/.well-known/oauth-protected-resource/mcp`)
    expect(document.json()).toMatchObject({ authorization_servers: [provider.issuer] })

    const refused = await call(await token(signer))
    expect(refused.status).toBe(503)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(refused.headers['www-authenticate']).toBeUndefined()
    expect(upstream.received).toEqual([])
  })

  test('and is back is used without a restart [KEYS-4]', async () => {
    const bearer = await token(signer)
    expect((await call(bearer)).status).toBe(503)
    provider.down = false
    // Failed fetches are repeated after five seconds.
    await expect.poll(async () => (await call(bearer)).status, { timeout: 15_000 }).toBe(200)
  })
})

describe('a provider that goes down later', () => {
  test('takes nobody out who can still be checked [KEYS-3]', async () => {
    await serve()
    expect((await call(await token(signer))).status).toBe(200)
    provider.down = true
    expect((await call(await token(signer, 'bob'))).status).toBe(200)
    const stranger = await createSigner('ES256', 'unknown')
    const refused = await call(await token(stranger))
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('unknown key'),
    ])
  })
})

test('a new key of the provider is found when a token names it [KEYS-2]', async () => {
  await serve()
  expect((await call(await token(signer))).status).toBe(200)
  const next = await createSigner('ES256', 'second')
  provider.publish([signer.jwk, next.jwk])
  expect((await call(await token(next))).status).toBe(200)
})

describe('keys are found', () => {
  const documents = {
    'RFC 8414, inserted': '/.well-known/oauth-authorization-server/realms/x',
    'OpenID Connect, inserted': '/.well-known/openid-configuration/realms/x',
    'OpenID Connect, appended': '/realms/x/.well-known/openid-configuration',
  }
  test.each(Object.entries(documents))(
    'by the metadata of the issuer: %s [KEYS-1]',
    async (_, path) => {
      const issuer = `${provider.issuer}/realms/x`
      provider.answers.set(path, {
        body: JSON.stringify({ issuer, jwks_uri: `${provider.issuer}/keys` }),
      })
      gateway = await startTestGateway(
        configuration([
          {
            policies: `{mcpAuthentication: {issuer: "${issuer}"}}`,
            backend: httpTarget(upstream.url),
          },
        ]),
      )
      const exp = Math.floor(Date.now() / 1000) + 600
      const bearer = await signer.sign({ iss: issuer, aud: gateway.url, sub: 'alice', exp })
      expect((await call(bearer)).status).toBe(200)
    },
  )

  const given = (): Record<string, string> => ({
    'jwks: {url}': `, jwks: {url: "${provider.issuer}/keys"}`,
    jwksUrl: `, jwksUrl: "${provider.issuer}/keys"`,
    'jwks as text': `, jwks: '${JSON.stringify({ keys: [signer.jwk] })}'`,
    'jwks: {inline}': `, jwks: {inline: '${JSON.stringify({ keys: [signer.jwk] })}'}`,
  })
  test.each(['jwks: {url}', 'jwksUrl', 'jwks as text', 'jwks: {inline}'])(
    'where the configuration says: %s [KEYS-1]',
    async form => {
      await serve(given()[form])
      expect((await call(await token(signer))).status).toBe(200)
      expect(provider.requests.includes('/keys')).toBe(form.includes('rl'))
    },
  )

  test('by the metadata where a provider is adapted and jwksUrl is wrong [KEYS-7]', async () => {
    provider.answers.set('/.well-known/openid-configuration', {
      body: JSON.stringify({ issuer: provider.issuer, jwks_uri: `${provider.issuer}/keys` }),
    })
    await serve(`, provider: {keycloak: {}}, jwksUrl: "${provider.issuer}/wrong"`)
    expect((await call(await token(signer))).status).toBe(200)
    expect(await gateway.logged(/jwksUrl|key set/)).toMatchObject({ level: 'warn' })
    expect(gateway.log.join('')).toContain(`${provider.issuer}/keys`)
  })
})
