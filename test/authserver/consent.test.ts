import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { keycloak } from '../../src/providers/keycloak.ts'
import { cookiesOf, type Gateway, login, register } from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()

async function consentPage(
  gateway: Gateway,
  metadata?: object,
): Promise<{ html: string; response: Response }> {
  const client = await register(gateway, metadata)
  const response = await fetch(login(gateway, client).url, { redirect: 'manual' })
  return { response, html: await response.text() }
}

const allow = (html: string): URLSearchParams =>
  new URLSearchParams({
    consent: /name="consent" value="([^"]+)"/.exec(html)?.[1] ?? '',
    decision: 'allow',
  })

describe('the consent page', () => {
  test('names client, host of the redirect, resource and scopes, in markup of its own', async () => {
    const { gateway } = await start()
    const { html, response } = await consentPage(gateway, {
      client_name: '<script>alert("x")</script> & Co',
      redirect_uris: ['https://client.example:8443/cb'],
    })
    expect(response.status).toBe(200)
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; Co')
    expect(html).not.toContain('<script')
    expect(html).toContain('<dd>client.example:8443</dd>')
    expect(html).toContain(`<dd>${gateway.resource}</dd>`)
    expect(html).toContain('<dd>openid (who you are), mcp:tools</dd>')
    expect(html).toContain('<html lang="en">')
  })

  test('cannot be framed, runs no script, and is kept by nobody', async () => {
    const { gateway } = await start()
    const { response } = await consentPage(gateway)
    const policy = response.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-inline')
    expect(response.headers.get('x-frame-options')).toBe('DENY')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('same-origin')
  })

  test('warns when the answer goes to a program on the own machine', async () => {
    const { gateway } = await start()
    expect((await consentPage(gateway)).html).toContain('class="warning"')
  })

  test('is not shown where the provider asks for every client that registered itself', async () => {
    const { gateway } = await start({ profile: { ...keycloak, endpoints: {} } })
    const { response } = await consentPage(gateway)
    expect(response.status).toBe(302)
  })

  test('is shown there too when the gateway registers clients with a token of the operator', async () => {
    const { gateway } = await start({
      profile: { ...keycloak, endpoints: {} },
      registration: { initialAccessToken: new Secret('token') },
    })
    const { response } = await consentPage(gateway)
    expect(response.status).toBe(200)
  })
})

describe('the transaction cookie', () => {
  test('over http is HttpOnly, Lax and bound to ten minutes', async () => {
    const { gateway } = await start()
    const [cookie] = (await consentPage(gateway)).response.headers.getSetCookie()
    expect(cookie).toMatch(
      /^portcullis-login\.[\w-]+\.0=[\w-]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/,
    )
  })

  test('over https has the __Host- prefix and is Secure', async () => {
    const { gateway } = await start()
    const client = await register(gateway)
    const https = { issuer: 'https://gw.example/mcp', origin: 'https://gw.example' }
    const response = await gateway.server.handle('authorize', {
      ...https,
      method: 'GET',
      resource: gateway.resource,
      scopes: [],
      query: login(gateway, client).url.search.slice(1),
      headers: {},
      body: '',
      address: '',
    })
    const [cookie] = [response.headers['set-cookie']].flat()
    expect(cookie).toMatch(/^__Host-portcullis-login\..*; Path=\/; .*; Secure$/)
  })

  test('of logins that were never finished is dropped, so that they cannot fill the request', async () => {
    const { gateway } = await start()
    const client = await register(gateway)
    let jar: string[] = []
    for (let attempt = 0; attempt < 6; attempt++) {
      gateway.clock.now += 1000
      const response = await fetch(login(gateway, client).url, {
        headers: { cookie: jar.join('; ') },
      })
      const set = response.headers.getSetCookie()
      const gone = set.filter(line => line.includes('Max-Age=0')).map(line => line.split('=')[0])
      const kept = jar.filter(pair => !gone.includes(pair.split('=')[0]))
      jar = [
        ...kept,
        ...set.filter(line => !line.includes('Max-Age=0')).map(line => line.split(';')[0] ?? ''),
      ]
    }
    expect(jar).toHaveLength(3)
  })
})

describe('the decision', () => {
  async function decide(
    change: (form: URLSearchParams, headers: Record<string, string>) => void,
  ): Promise<Response> {
    const { gateway } = await start()
    const { html, response } = await consentPage(gateway)
    const form = allow(html)
    const headers: Record<string, string> = { cookie: cookiesOf(response), origin: gateway.origin }
    change(form, headers)
    return fetch(`${gateway.issuer}/consent`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: form,
    })
  }

  test('goes to the provider', async () => {
    const response = await decide(() => undefined)
    expect(response.status).toBe(303)
    expect(response.headers.get('location')).toContain('/auth?')
  })

  test.each<[string, (form: URLSearchParams, headers: Record<string, string>) => void]>([
    [
      'from another origin',
      (_, headers) => Object.assign(headers, { origin: 'https://evil.example' }),
    ],
    ['of an opaque origin', (_, headers) => Object.assign(headers, { origin: 'null' })],
    [
      'from another site by Sec-Fetch-Site',
      (_, headers) => Object.assign(headers, { 'sec-fetch-site': 'cross-site' }),
    ],
    [
      'without the cookie of the browser that was asked',
      (_, headers) => Object.assign(headers, { cookie: '' }),
    ],
    ['without a token', form => form.delete('consent')],
    ['with a forged token', form => form.set('consent', 'AAAA')],
  ])('%s is refused', async (_, change) => {
    const response = await decide(change)
    expect(response.status).toBe(400)
    expect(response.headers.get('location')).toBeNull()
  })

  test('anything but allow is a denial', async () => {
    const response = await decide(form => form.set('decision', 'maybe'))
    expect(response.headers.get('location')).toContain('error=access_denied')
  })

  test('comes too late after ten minutes', async () => {
    const { gateway } = await start()
    const { html, response } = await consentPage(gateway)
    gateway.clock.now += 10 * 60_000 + 1
    const late = await fetch(`${gateway.issuer}/consent`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie: cookiesOf(response) },
      body: allow(html),
    })
    expect(late.status).toBe(400)
  })
})
