import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let service: RecordingServer
let upstream: RecordingServer
let identity: TestIdentity
let gateway: TestGateway
let port: number

const prefixed = (path: string) => `{path: {pathPrefix: ${path}}}`

beforeAll(async () => {
  service = await startRecordingServer((_, response) => {
    response.writeHead(200, { server: 'inner' }).end('ok')
  })
  upstream = await startRecordingServer()
  identity = await createTestIdentity()
  const backend = `{host: "${new URL(service.url).host}"}`
  const rewritten = (match: string, urlRewrite: string) => ({
    match: prefixed(match),
    policies: `{urlRewrite: ${urlRewrite}}`,
    backend,
  })
  const redirected = (match: string, requestRedirect: string) => ({
    match: prefixed(match),
    policies: `{requestRedirect: ${requestRedirect}}`,
    backend: '',
  })
  gateway = await startTestGateway(
    configuration([
      rewritten('/prefix/one', '{path: {prefix: /one}}'),
      rewritten('/strip', '{path: {prefix: /}}'),
      rewritten('/nothing', '{path: {prefix: ""}}'),
      rewritten('/full/one', '{path: {full: /one}}'),
      rewritten('/host/own', '{authority: auto}'),
      rewritten('/host/client', '{authority: none}'),
      rewritten('/host/full', '{authority: {full: "one.example:81"}}'),
      rewritten('/host/name', '{authority: {host: two.example}}'),
      rewritten('/host/port', '{authority: {port: 83}}'),
      redirected('/to/scheme', '{scheme: https}'),
      redirected('/to/port', '{authority: {port: 80}, status: 301}'),
      redirected('/to/host', '{authority: {full: example.org}, path: {prefix: /new}}'),
      redirected('/to/full', '{path: {full: /other}, status: 308}'),
      {
        match: prefixed('/guarded'),
        policies: `{jwtAuth: {mode: strict, ${identity.trust}, audiences: [a]}, requestRedirect: {scheme: https}}`,
        backend: '',
      },
      {
        match: prefixed('/mcp'),
        policies: '{requestHeaderModifier: {set: {x-route: one}}}',
        backend: httpTarget(upstream.url, '{requestHeaderModifier: {set: {x-target: two}}}'),
      },
      {
        match: prefixed('/own-headers'),
        policies: '{requestHeaderModifier: {set: {x-a: route}}}',
        backend: `{host: "${new URL(service.url).host}", policies: {requestHeaderModifier: {set: {x-a: host}}, responseHeaderModifier: {remove: [server]}}}, {host: "${new URL(service.url).host}", weight: 0, policies: {requestHeaderModifier: {set: {x-a: other}}}}`,
      },
    ]),
  )
  port = Number(new URL(gateway.url).port)
})
afterAll(async () => {
  await gateway.stop()
  await service.close()
  await upstream.close()
  await identity.remove()
})

const get = (path: string) => ask(`http://localhost:${port}${path}`)

describe('what a backend gets', () => {
  test.each([
    ['/prefix/one/two', '/one/two'],
    ['/prefix/one', '/one'],
    ['/prefix/one/', '/one/'],
    ['/strip/three?q=%2F', '/three?q=%2F'],
    ['/strip', '/'],
    ['/strip/', '/'],
    ['/nothing/x', '/x'],
    ['/full/one/two?q=1', '/one?q=1'],
  ])('%s as %s [EDGE-20]', async (sent, got) => {
    await get(sent)
    expect(service.received.at(-1)?.path).toBe(got)
  })

  test.each([
    ['/host/own', () => new URL(service.url).host],
    ['/host/client', () => `localhost:${port}`],
    ['/host/full', () => 'one.example:81'],
    ['/host/name', () => `two.example:${port}`],
    ['/host/port', () => 'localhost:83'],
  ])('as Host, %s [EDGE-20]', async (path, host) => {
    await get(path)
    expect(service.received.at(-1)?.headers.host).toBe(host())
  })

  test('the changes of the route and then those for this host alone [EDGE-20]', async () => {
    const { headers } = await get('/own-headers')
    expect(service.received.at(-1)?.headers['x-a']).toBe('host')
    expect(headers.server).toBeUndefined()
  })

  test('an MCP target too gets what the route changes in headers [EDGE-20]', async () => {
    await post(`http://localhost:${port}/mcp`, { jsonrpc: '2.0', id: 1, method: 'ping' })
    expect(upstream.received.at(-1)?.headers).toMatchObject({ 'x-route': 'one', 'x-target': 'two' })
  })
})

describe('a redirect', () => {
  test.each([
    ['/to/scheme/a?q=1', 302, 'https://localhost/to/scheme/a?q=1'],
    ['/to/port', 301, 'http://localhost/to/port'],
    ['/to/host/x', 302, 'http://example.org/new/x'],
    ['/to/full/x', 308, `http://localhost:PORT/other`],
  ])('of %s with %i leads to %s [EDGE-19]', async (path, status, location) => {
    const answer = await get(path)
    expect(answer).toMatchObject({ status, body: '' })
    expect(answer.headers.location).toBe(location.replace('PORT', String(port)))
  })

  test('is for those who may use the route [EDGE-19]', async () => {
    expect((await get('/guarded')).status).toBe(401)
  })
})
