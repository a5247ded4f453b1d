import { beforeEach, describe, expect, test } from 'vitest'
import { cookiesOf, type Gateway, login, REDIRECT_URI, register } from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()
let gateway: Gateway

describe('a wrong client id or redirect URI is a page and never a redirect [RELAY-8]', () => {
  beforeEach(async () => {
    ;({ gateway } = await start())
  })

  test.each([
    ['unknown client', { client_id: 'somebody' }],
    ['no client', { client_id: undefined }],
    ['foreign redirect URI', { redirect_uri: 'https://evil.example/cb' }],
    ['foreign path', { redirect_uri: 'http://127.0.0.1:33418/other' }],
  ])('%s', async (_, changes) => {
    const client = await register(gateway)
    const response = await fetch(login(gateway, client, changes).url, { redirect: 'manual' })
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await response.text()).toMatch(/Go back to|You were not sent/)
  })
})

describe('errors of the request go to the client, with state and iss [RELAY-7] [RELAY-13]', () => {
  beforeEach(async () => {
    ;({ gateway } = await start())
  })

  test.each([
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { code_challenge_method: undefined }],
    ['invalid_request', { code_challenge: 'short' }],
    ['invalid_request', { response_type: undefined }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['unsupported_response_type', { response_type: 'code id_token' }],
    ['invalid_request', { response_mode: 'fragment' }],
    ['request_not_supported', { request: 'eyJ' }],
    ['request_uri_not_supported', { request_uri: 'https://evil.example/' }],
    ['invalid_target', { resource: 'https://other.example/mcp' }],
    ['consent_required', { prompt: 'none' }],
  ])('%s for %j', async (error, changes) => {
    const client = await register(gateway)
    const response = await fetch(login(gateway, client, changes).url, { redirect: 'manual' })
    const location = new URL(response.headers.get('location') ?? '')
    expect(location.href.startsWith(`${REDIRECT_URI}?`)).toBe(true)
    expect(location.searchParams.get('error')).toBe(error)
    expect(location.searchParams.get('state')).toBe('client state')
    expect(location.searchParams.get('iss')).toBe(gateway.issuer)
  })

  test('a user who denies', async () => {
    const client = await register(gateway)
    const page = await fetch(login(gateway, client).url)
    const html = await page.text()
    const response = await fetch(`${gateway.issuer}/consent`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookiesOf(page), origin: gateway.origin },
      body: new URLSearchParams({
        consent: /name="consent" value="([^"]+)"/.exec(html)?.[1] ?? '',
        decision: 'deny',
      }),
    })
    const location = new URL(response.headers.get('location') ?? '')
    expect(response.status).toBe(303)
    expect(location.searchParams.get('error')).toBe('access_denied')
    expect(location.searchParams.get('iss')).toBe(gateway.issuer)
  })
})
