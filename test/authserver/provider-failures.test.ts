import { beforeEach, describe, expect, test } from 'vitest'
import { followLogin, type Gateway, login, redeem, register } from './gateway.ts'
import type { QuirkyProvider } from './quirky-provider.ts'
import { starter } from './starter.ts'

const start = starter()
let gateway: Gateway
let provider: QuirkyProvider

describe('while the provider is down', () => {
  beforeEach(async () => {
    ;({ gateway, provider } = await start())
  })

  test('metadata is a JSON error that browsers can read, with the cause in the log alone', async () => {
    provider.down = true
    const response = await fetch(`${gateway.origin}/.well-known/oauth-authorization-server/mcp`)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('5')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ error: 'temporarily_unavailable' })
    expect(text).not.toContain('ECONN')
    expect(gateway.lines.some(({ level }) => level === 'error')).toBe(true)
  })

  test('a code can be redeemed again once the provider is back', async () => {
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    provider.down = true
    expect((await redeem(gateway, client, begun, answer)).body.error).toBe(
      'temporarily_unavailable',
    )
    provider.down = false
    expect((await redeem(gateway, client, begun, answer)).status).toBe(200)
  })

  test.each([
    ['HTML with 500', { status: 500, type: 'text/html', body: '<h1>oops</h1>' }, 503],
    ['HTML with 200', { status: 200, type: 'text/html', body: '<h1>login</h1>' }, 500],
    ['an empty 502', { status: 502, type: 'text/plain', body: '' }, 503],
    ['JSON without a token', { status: 200, type: 'application/json', body: '{}' }, 500],
  ])('%s of the token endpoint is a clean error', async (_, override, status) => {
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    provider.tokenOverride = override
    const refused = await redeem(gateway, client, begun, answer)
    expect(refused.status).toBe(status)
    expect(JSON.stringify(refused.body)).not.toContain('h1')
  })

  test("the provider's 401 invalid_client for the client's own client makes it register again", async () => {
    const client = await register(gateway)
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    const body = JSON.stringify({
      error: 'invalid_client',
      error_description: 'Invalid client',
    })
    provider.tokenOverride = { status: 401, type: 'application/json', body }
    const refused = await redeem(gateway, client, begun, answer)
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
  })
})
