import { expect, test } from 'vitest'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'

/** GitHub has no metadata, so that nothing has to be reached. */
const POLICIES =
  '{mcpAuthentication: {issuer: "https://github.com", provider: {github: {}}, clientId: app, clientSecret: s}}'

const start = () =>
  startTestGateway(
    configuration([{ policies: POLICIES, backend: httpTarget('http://127.0.0.1:9/mcp') }]),
  )

test.each(['register', 'token', 'revoke'])(
  'a body that is too large for %s is refused so that a page can read it [RELAY-18]',
  async endpoint => {
    await using gateway = await start()
    for (const issuer of [gateway.url, gateway.origin]) {
      const response = await fetch(`${issuer}/${endpoint}`, {
        method: 'POST',
        headers: { origin: 'https://inspector.example' },
        body: 'a'.repeat(65_537),
      })
      expect(response.status).toBe(413)
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(await response.json()).toEqual({
        error: 'invalid_request',
        error_description: 'a request to this endpoint has at most 65536 bytes',
      })
    }
  },
)

test('documents that are not there, and other methods, too [RELAY-18]', async () => {
  await using gateway = await start()
  const missing = `${gateway.origin}/.well-known/oauth-authorization-server/nowhere`
  const document = `${gateway.origin}/.well-known/oauth-protected-resource/mcp`
  for (const [url, method, status] of [
    [missing, 'GET', 404],
    [document, 'POST', 405],
    [`${gateway.url}/token`, 'GET', 405],
    [`${gateway.url}/.well-known/openid-configuration`, 'DELETE', 405],
  ] as const) {
    const response = await fetch(url, { method, headers: { origin: 'https://inspector.example' } })
    expect(response.status, url).toBe(status)
    expect(response.headers.get('access-control-allow-origin'), url).toBe('*')
    expect(await response.json(), url).toMatchObject({ error: expect.any(String) })
  }
})
