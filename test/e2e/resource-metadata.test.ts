import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { configuration, httpTarget, type RouteParts, routeYaml } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, ask } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

let upstream: RecordingServer
let identity: TestIdentity

beforeAll(async () => {
  upstream = await startRecordingServer()
  identity = await createTestIdentity()
})
afterAll(async () => {
  await upstream.close()
  await identity.remove()
})

function route(path: string, metadata = '{}', more: Partial<RouteParts> = {}): RouteParts {
  return {
    match: `{path: {exact: ${path}}}`,
    policies: `{mcpAuthentication: {${identity.trust}, resourceMetadata: ${metadata}}}`,
    backend: httpTarget(upstream.url),
    ...more,
  }
}

const resourceAt = async (origin: string, path: string, headers = {}): Promise<unknown> => {
  const answer = await ask(origin + path, { headers })
  return answer.status === 200 ? answer.json().resource : answer.status
}

describe('the document of one route', () => {
  let gateway: TestGateway
  let url: string
  beforeAll(async () => {
    const members = [
      'scopesSupported: [read, offline_access]',
      'bearerMethodsSupported: [header, query]',
      'resourceName: "Tools"',
      'resourceDocumentation: "http://docs.example/stdio"',
      'tlsClientCertificateBoundAccessTokens: false',
      'xOwn: {nestedKey: [1, 2.5]}',
    ]
    gateway = await startTestGateway(
      configuration([route('/tools/mcp', `{${members.join(', ')}}`)]),
    )
    url = `${gateway.origin}${WELL_KNOWN}/tools/mcp`
  })
  afterAll(() => gateway.stop())

  test('holds what is configured and what the gateway knows [META-1] [META-5] [META-6] [META-7] [META-9]', async () => {
    const answer = await ask(url)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.json()).toEqual({
      resource: gateway.url,
      authorization_servers: [identity.issuer],
      scopes_supported: ['read', 'offline_access'],
      bearer_methods_supported: ['header', 'query'],
      resource_name: 'Tools',
      resource_documentation: 'http://docs.example/stdio',
      tls_client_certificate_bound_access_tokens: false,
      x_own: { nestedKey: [1, 2.5] },
    })
    const warnings = gateway.warnings.map(({ message }) => message).join('\n')
    expect(warnings).toMatch(/offline_access/)
    expect(warnings).toMatch(/query/)
  })

  test('is at the root as well, while it is the only one [META-3]', async () => {
    expect(await resourceAt(gateway.origin, WELL_KNOWN)).toBe(gateway.url)
    expect(await resourceAt(gateway.origin, `${WELL_KNOWN}/`)).toBe(gateway.url)
    expect(await resourceAt(gateway.origin, `${WELL_KNOWN}/tools/mcp/`)).toBe(gateway.url)
    expect(await resourceAt(gateway.origin, `${WELL_KNOWN}/tools`)).toBe(404)
  })

  test('is for pages of every origin [META-4]', async () => {
    const headers = { origin: 'https://any.example' }
    const read = await ask(url, { headers })
    expect(read.headers['access-control-allow-origin']).toBe('*')
    expect(read.headers['access-control-allow-credentials']).toBeUndefined()
    const preflight = await ask(url, {
      method: 'OPTIONS',
      headers: {
        ...headers,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version,authorization',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers['access-control-allow-origin']).toBe('*')
    expect(preflight.headers['access-control-allow-headers']).toContain('mcp-protocol-version')
    expect(preflight.headers['access-control-allow-headers']).toContain('authorization')
  })

  test('can be read and nothing else [META-4]', async () => {
    const head = await ask(url, { method: 'HEAD' })
    const get = await ask(url)
    expect([head.status, head.body]).toEqual([200, ''])
    expect(head.headers['content-length']).toBe(String(Buffer.byteLength(get.body)))
    expect((await ask(url, { method: 'OPTIONS' })).status).toBe(204)
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const { status, headers } = await ask(url, { method })
      expect([status, headers.allow], method).toEqual([405, 'GET, HEAD, OPTIONS'])
      expect(headers['access-control-allow-origin']).toBe('*')
    }
  })

  test.each<[string, Record<string, string>]>([
    ['nothing, not even a User-Agent', {}],
    ['a dead token', { authorization: 'Bearer eyJhbGciOiJub25lIn0.e30.' }],
    ['another scheme', { authorization: 'Basic YWxpY2U6eA==' }],
    ['an Accept for something else', { accept: 'text/html' }],
    ['an event stream wanted', { accept: 'text/event-stream' }],
    ['an old protocol version', { 'mcp-protocol-version': '2024-11-05' }],
    ['an unknown protocol version', { 'mcp-protocol-version': 'yesterday' }],
    ['a modern protocol version', { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'x' }],
    ['a dead session', { 'mcp-session-id': 'garbage' }],
    ['an odd User-Agent', { 'user-agent': 'node' }],
    ['a foreign page', { origin: 'https://evil.example' }],
  ])('is 200 whatever comes along: %s [META-8]', async (_, headers) => {
    expect(await resourceAt(gateway.origin, `${WELL_KNOWN}/tools/mcp`, headers)).toBe(gateway.url)
  })
})

test('of several routes each is at its own path, and none at the root [META-1] [META-3]', async () => {
  await using gateway = await startTestGateway(configuration([route('/a/mcp'), route('/b/mcp')]))
  const { origin } = gateway
  expect(await resourceAt(origin, `${WELL_KNOWN}/a/mcp`)).toBe(`${origin}/a/mcp`)
  expect(await resourceAt(origin, `${WELL_KNOWN}/b/mcp`)).toBe(`${origin}/b/mcp`)
  expect(await resourceAt(origin, WELL_KNOWN)).toBe(404)
  for (const path of ['/a/mcp', '/b/mcp']) {
    expect((await ask(origin + path)).headers['www-authenticate']).toContain(
      `resource_metadata="${origin}${WELL_KNOWN}${path}"`,
    )
  }
})

test('with a route at the root is at the root [META-1]', async () => {
  const match = '{path: {pathPrefix: /}}'
  await using gateway = await startTestGateway(configuration([route('/', '{}', { match })]))
  expect(await resourceAt(gateway.origin, WELL_KNOWN)).toBe(gateway.origin)
})

test('a configured resource counts, and the document is at both paths [META-2] [META-7] [META-10]', async () => {
  const resource = 'https://gw.example/public/mcp'
  await using gateway = await startTestGateway(
    configuration([route('/inner/mcp', `{resource: "${resource}"}`)]),
  )
  for (const path of ['/inner/mcp', '/public/mcp', '']) {
    expect(await resourceAt(gateway.served()[0] ? origin(gateway) : '', WELL_KNOWN + path)).toBe(
      resource,
    )
  }
  const refused = await ask(`${origin(gateway)}/inner/mcp`)
  expect(refused.headers['www-authenticate']).toContain(
    `resource_metadata="https://gw.example${WELL_KNOWN}/public/mcp"`,
  )
  expect(gateway.warnings.map(({ message }) => message).join()).toMatch(/fits no route/)
})

test('explicit matches for it, as agentgateway needs them, do no harm [META-1]', async () => {
  const match = `{path: {exact: /mcp}}, {path: {exact: ${WELL_KNOWN}/mcp}}`
  await using gateway = await startTestGateway(configuration([route('/mcp', '{}', { match })]))
  expect(await resourceAt(gateway.origin, `${WELL_KNOWN}/mcp`)).toBe(gateway.url)
})

describe('the public URL', () => {
  /** What a client that uses this Host learns: the document and the challenge. */
  async function learn(gateway: TestGateway, headers: Record<string, string>): Promise<string[]> {
    const document = await ask(`${origin(gateway)}${WELL_KNOWN}/mcp`, { headers })
    const { 'www-authenticate': challenge } = (await ask(`${origin(gateway)}/mcp`, { headers }))
      .headers
    return [
      document.json().resource,
      /resource_metadata="([^"]*)"/.exec(String(challenge))?.[1] ?? '',
    ]
  }
  const known = (at: string) => [`${at}/mcp`, `${at}${WELL_KNOWN}/mcp`]

  test('is publicUrl where it is configured, whatever the request says [EDGE-12] [META-7]', async () => {
    await using gateway = await startTestGateway(
      configuration(
        [route('/mcp')],
        '{adminAddr: "off", publicUrl: "https://gw.example:8443", trustedProxies: ["127.0.0.0/8"]}',
      ),
    )
    const claims = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' }
    expect(await learn(gateway, {})).toEqual(known('https://gw.example:8443'))
    expect(await learn(gateway, claims)).toEqual(known('https://gw.example:8443'))
  })

  test('is never what a forwarding header claims [EDGE-12] [EDGE-13]', async () => {
    await using gateway = await startTestGateway(configuration([route('/mcp')]))
    const claims = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' }
    expect(await learn(gateway, claims)).toEqual(await learn(gateway, {}))
  })

  test('is the name of this machine that the client uses, and no other [META-7] [EDGE-13]', async () => {
    await using gateway = await startTestGateway(configuration([route('/mcp')]))
    const { port } = new URL(gateway.url)
    for (const name of ['localhost', '127.0.0.1']) {
      expect(await learn(gateway, { host: `${name}:${port}` })).toEqual(
        known(`http://${name}:${port}`),
      )
    }
  })

  test('is the host name of the route; of several the one that the Host names [META-7]', async () => {
    const hostnames = '[a.example, b.example]'
    await using gateway = await startTestGateway(
      configuration([route('/mcp', '{}', { hostnames })]),
    )
    const { port } = new URL(origin(gateway))
    for (const name of ['a.example', 'b.example']) {
      expect(await learn(gateway, { host: `${name}:${port}` })).toEqual(
        known(`http://${name}:${port}`),
      )
    }
    expect((await ask(`${origin(gateway)}/mcp`, { headers: { host: 'c.example' } })).status).toBe(
      403,
    )
  })

  test('belongs to the listener: two of one port know nothing of each other [META-1] [META-3]', async () => {
    const listener = (name: string) => `  - hostname: ${name}
    routes:
${routeYaml(route(`/mcp`, `{resourceName: "${name}"}`), 0)}`
    await using gateway = await startTestGateway(
      `binds:\n- port: 0\n  address: 127.0.0.1\n  listeners:\n${listener('a.example')}${listener('b.example')}`,
    )
    for (const host of ['a.example', 'b.example']) {
      for (const path of ['', '/mcp']) {
        const answer: Answer = await ask(`${origin(gateway)}${WELL_KNOWN}${path}`, {
          headers: { host },
        })
        expect(answer.json().resource_name).toBe(host)
      }
    }
  })
})

/** Where the test reaches the gateway, whatever its public URL is. */
function origin(gateway: TestGateway): string {
  return `http://127.0.0.1:${new URL(gateway.served()[0]?.listener ?? '').port}`
}
