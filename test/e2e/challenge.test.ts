import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { openWire } from '../http/wire.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let upstream: RecordingServer
let identity: TestIdentity
let gateway: TestGateway
let metadata: string

beforeAll(async () => {
  upstream = await startRecordingServer()
  identity = await createTestIdentity()
  const scopes = 'scopesSupported: [read, offline_access, write]'
  gateway = await startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {${identity.trust}, resourceMetadata: {${scopes}}}, cors: {allowOrigins: ["https://app.example"]}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )
  metadata = `${gateway.origin}/.well-known/oauth-protected-resource/mcp`
})
afterAll(async () => {
  await gateway.stop()
  await upstream.close()
  await identity.remove()
})

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'PUT', 'PATCH', 'OPTIONS', 'REPORT']

describe('without a token', () => {
  test.each(METHODS)(
    '%s gets the challenge and nothing else [CHAL-1] [CHAL-2] [CHAL-3]',
    async method => {
      const { status, headers, body } = await ask(gateway.url, { method })
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toBe(
        `Bearer resource_metadata="${metadata}", scope="read write"`,
      )
      expect(body === '').toBe(method === 'HEAD')
    },
  )

  test.each<[string, Record<string, string>, string]>([
    ['an Accept that nobody serves', { accept: 'image/png' }, ''],
    ['an old protocol version', { 'mcp-protocol-version': '2024-11-05', accept: '*/*' }, ''],
    ['an unknown protocol version', { 'mcp-protocol-version': '1999-01-01' }, ''],
    ['a session that is not there', { 'mcp-session-id': 'garbage' }, ''],
    ['no media type', {}, jsonRpc('ping', '1')],
    ['a body that is no JSON', { 'content-type': 'application/json' }, '{'],
    [
      'headers that contradict the body',
      {
        'content-type': 'application/json',
        'mcp-method': 'x',
        'mcp-protocol-version': '2026-07-28',
      },
      jsonRpc('ping', '1'),
    ],
    ['another scheme', { authorization: 'Basic YWxpY2U6YWxpY2U=' }, ''],
    ['the scheme alone', { authorization: 'Bearer' }, ''],
  ])('%s changes nothing about it [CHAL-1] [CHAL-8]', async (_, headers, body) => {
    const answer = await ask(gateway.url, { method: 'POST', headers, body })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${metadata}", scope="read write"`,
    )
  })

  test('a body that is too large, or never comes, is not waited for [CHAL-1]', async () => {
    const wire = await openWire(Number(new URL(gateway.url).port))
    const { host, pathname } = new URL(gateway.url)
    wire.send(`POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 99999999999\r\n\r\n`)
    expect(await wire.until('\r\n\r\n')).toMatch(/^HTTP\/1.1 401 /)
    wire.socket.destroy()
  })

  test('the body says in JSON what is missing and where to look [CHAL-7]', async () => {
    const { headers, json } = await ask(gateway.url)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['cache-control']).toBe('no-store')
    expect(json()).toEqual({
      error: 'unauthorized',
      error_description: 'this resource wants an access token',
      resource_metadata: metadata,
    })
  })

  test('pages of an allowed origin can read it [CHAL-7] [EDGE-4]', async () => {
    const { headers } = await ask(gateway.url, { headers: { origin: 'https://app.example' } })
    expect(headers['access-control-allow-origin']).toBe('https://app.example')
    expect(headers['access-control-expose-headers']).toContain('WWW-Authenticate')
  })

  test('nothing of it reaches the server [CHAL-1]', () => {
    expect(upstream.received).toEqual([])
  })
})

const now = (): number => Math.floor(Date.now() / 1000)

describe('a token that is refused', () => {
  const row = (name: string, reason: RegExp, token: () => Promise<string>) =>
    [name, reason, token] as const
  const own = (claims: Record<string, unknown>) => identity.token(gateway.url, claims)

  test.each([
    row('no token at all', /opaque, a signed JWT is wanted/, async () => 'dead'),
    row('expired', /expired.*\d{4}-\d\d-\d\dT/, () => signed({ exp: now() - 600 })),
    row('too early', /not valid before|not yet/, () =>
      signed({ exp: now() + 600, nbf: now() + 600 }),
    ),
    row('for another resource', /audience.*other\.example.*localhost/, () =>
      identity.token('https://other.example/mcp'),
    ),
    row('of another issuer', /issuer.*evil\.example/, () =>
      signed({ iss: 'https://evil.example' }),
    ),
    row('without an audience', /audience/, () => signed({ aud: undefined })),
    row('without an expiry', /exp/, () => signed({ exp: undefined })),
    row('of an unknown key', /unknown key/, () => signed({}, { kid: 'nobody' })),
    row('without a subject of its own, but altered', /signature/, async () => {
      const [head, body = '', tail] = (await own({})).split('.')
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
      const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'root' })).toString('base64url')
      return [head, forged, tail].join('.')
    }),
  ])(
    '%s: the challenge and the body say why [CHAL-3] [CHAL-4] [CHAL-5]',
    async (_, reason, make) => {
      const token = await make()
      const answer = await post(gateway.url, jsonRpc('ping', '1'), {
        authorization: `Bearer ${token}`,
      })
      expect(answer.status).toBe(401)
      const challenge = String(answer.headers['www-authenticate'])
      const parameters = parse(challenge)
      expect(parameters).toMatchObject({
        resource_metadata: metadata,
        scope: 'read write',
        error: 'invalid_token',
      })
      expect(parameters.error_description).toMatch(reason)
      expect(parameters.error_description?.length).toBeLessThanOrEqual(120)
      expect(answer.json()).toMatchObject({ error: 'invalid_token', resource_metadata: metadata })
      for (const part of token.split('.').filter(text => text.length > 8)) {
        expect(challenge + answer.body).not.toContain(part)
      }
    },
  )

  test('of 20 kB is refused unread [TOKEN-12]', async () => {
    const answer = await post(gateway.url, jsonRpc('ping', '1'), {
      authorization: `Bearer ${'a'.repeat(20_000)}`,
    })
    expect(answer.status).toBe(401)
    expect(answer.headers['www-authenticate']).toContain('20000 characters')
  })

  test('in the query, or in a cookie, is none [TOKEN-14]', async () => {
    const token = await own({})
    const query = await ask(`${gateway.url}?access_token=${token}`, {})
    const cookie = await ask(gateway.url, { headers: { cookie: `access_token=${token}` } })
    for (const { headers } of [query, cookie]) {
      expect(headers['www-authenticate']).not.toContain('error')
    }
  })

  /** A token of the same key with other claims or another header. */
  async function signed(claims: Record<string, unknown>, header = {}): Promise<string> {
    return identity.sign(
      { sub: 'alice', iss: identity.issuer, aud: gateway.url, exp: now() + 600, ...claims },
      header,
    )
  }
})

test.each(['bearer', 'BEARER', 'Bearer'])('the scheme %s is taken [TOKEN-13]', async scheme => {
  const authorization = `${scheme} ${await identity.token(gateway.url)}`
  expect((await post(gateway.url, jsonRpc('ping', '1'), { authorization })).status).toBe(200)
})

test('two Authorization headers are refused, the same one twice as well [TOKEN-15]', async () => {
  const one = `Bearer ${await identity.token(gateway.url)}`
  for (const authorization of [
    [one, 'Bearer other'],
    ['Bearer other', one],
    [one, one],
  ]) {
    const answer = await ask(gateway.url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: jsonRpc('ping', '1'),
    })
    expect(answer.status).toBe(400)
    expect(answer.headers['www-authenticate']).toContain('error="invalid_request"')
  }
})

/** The parameters of a challenge; each has to be quoted and stand alone. */
function parse(challenge: string): Record<string, string> {
  expect(challenge).toMatch(/^Bearer (\w+="[\x20\x21\x23-\x5b\x5d-\x7e]*"(, |$))+$/)
  return Object.fromEntries(
    [...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  )
}
