import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { program } from '../fixtures/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { connectV1, transportV1 } from '../support/client.ts'
import {
  configuration,
  httpTarget,
  type RouteParts,
  stdioTarget,
} from '../support/configuration.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, messageRequest, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

let upstream: LegacyHttpServer
let identity: TestIdentity
let gateway: TestGateway

beforeAll(async () => {
  upstream = await startLegacyHttpServer()
  identity = await createTestIdentity()
})
afterAll(async () => {
  await upstream.close()
  await identity.remove()
})

const http = (more: Partial<RouteParts> = {}): RouteParts => ({
  backend: httpTarget(upstream.url),
  ...more,
})
const stdio = (more: Partial<RouteParts> = {}): RouteParts => ({
  match: '{path: {exact: /stdio/mcp}}',
  backend: stdioTarget(program('stdio-server')),
  ...more,
})
const other = (): RouteParts => http({ match: '{path: {exact: /other/mcp}}' })

beforeEach(async () => {
  gateway = await startTestGateway(configuration([http(), stdio()]))
})
afterEach(() => gateway.stop())

const initialize = jsonRpc(
  'initialize',
  '0',
  '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}',
)
const open = async (path = '/mcp'): Promise<{ 'mcp-session-id': string }> => {
  const { headers } = await post(gateway.origin + path, initialize)
  return { 'mcp-session-id': String(headers['mcp-session-id']) }
}
const status = async (path: string, headers = {}): Promise<number> =>
  (await post(gateway.origin + path, jsonRpc('tools/list', '1'), headers)).status

test('a valid configuration is used from the next request on [RELOAD-1] [RELOAD-4]', async () => {
  expect(await status('/other/mcp')).toBe(404)
  await gateway.reconfigure(configuration([http(), stdio(), other()]))
  expect(await status('/other/mcp')).toBe(200)
  await gateway.reconfigure(
    configuration([http({ policies: `{mcpAuthentication: {${identity.trust}}}` })]),
  )
  expect([await status('/mcp'), await status('/other/mcp')]).toEqual([401, 404])
})

test('an invalid one changes nothing and is logged with every problem and its place [RELOAD-3]', async () => {
  await gateway.reconfigure('binds:\n- port: 99999\n  listener: []\n')
  const line = await gateway.logged(/stays in use/)
  expect(line).toMatchObject({ level: 'error' })
  expect(line.diagnostics).toEqual([
    expect.stringMatching(/test\.yaml:3:3 binds\[0\]\.listeners: is missing/),
    expect.stringMatching(/test\.yaml:3:9 binds\[0\]\.port: expected .*, got 99999/),
    expect.stringMatching(/test\.yaml:4:3 binds\[0\]\.listener: .* Did you mean listeners/),
  ])
  expect(await status('/mcp')).toBe(200)
})

test('a port that cannot be had changes nothing either [RELOAD-3]', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const { port } = taken.address() as AddressInfo
  const more = configuration([other()]).replace(/^binds:\n- port: 0/, `- port: ${port}`)
  await gateway.reconfigure(configuration([other()]) + more)
  expect(await gateway.logged(/stays in use/)).toMatchObject({
    error: expect.stringContaining(`port ${port} is in use`),
  })
  expect([await status('/mcp'), await status('/other/mcp')]).toEqual([200, 404])
  taken.close()
})

describe('what runs goes on over a reload', () => {
  const changes: Readonly<Record<string, () => RouteParts[]>> = {
    'that concerns something else': () => [http(), stdio(), other()],
    'of its own route': () => [http({ policies: '{timeout: {requestTimeout: 20s}}' }), stdio()],
    'that asks for tokens from now on': () => [
      http({ policies: `{mcpAuthentication: {${identity.trust}}}` }),
      stdio(),
    ],
    'that takes its route away': () => [stdio()],
  }
  test.each(Object.keys(changes))(
    'a call that is answered by a stream: %s [RELOAD-4] [RELOAD-5]',
    async name => {
      const client = await connectV1(transportV1(gateway.url))
      const progress: number[] = []
      const halfway = signal()
      const call = client.callTool({ name: 'slow', arguments: { steps: 30, ms: 20 } }, undefined, {
        onprogress: step => {
          progress.push(step.progress)
          if (step.progress === 2) halfway.resolve()
        },
      })
      await halfway.promise
      await gateway.reconfigure(configuration(changes[name]?.() ?? []))
      expect((await call).content).toEqual([{ type: 'text', text: 'done after 30 steps' }])
      expect(progress).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
      await client.close().catch(() => undefined)
    },
  )

  test('a stream that listens, with its session [RELOAD-5]', async () => {
    const session = await open()
    const stream = await openTestStream(gateway.url, {
      headers: { ...session, accept: 'text/event-stream' },
    })
    expect(stream.status).toBe(200)
    await gateway.reconfigure(
      configuration([http({ policies: '{timeout: {requestTimeout: 20s}}' })]),
    )
    upstream.addTool('added-after-the-reload')
    await stream.until('list_changed')
    expect(await status('/mcp', session)).toBe(200)
    stream.close()
  })

  test('a program with its state, when it is not concerned [RELOAD-5] [STDIO-1]', async () => {
    const session = await open('/stdio/mcp')
    const state = async () => {
      const call = jsonRpc('tools/call', '1', '{"name":"state"}')
      const answer = await post(`${gateway.origin}/stdio/mcp`, call, session)
      return JSON.parse(answer.json().result.content[0].text)
    }
    const { pid } = await state()
    await gateway.reconfigure(configuration([http(), stdio(), other()]))
    expect(await state()).toMatchObject({ pid, calls: 2 })
  })

  test('a program that is concerned finishes what it does, then ends [RELOAD-5] [STDIO-4]', async () => {
    const session = await open('/stdio/mcp')
    const split = jsonRpc('tools/call', '1', '{"name":"misbehave","arguments":{"how":"split"}}')
    const running = ask(`${gateway.origin}/stdio/mcp`, messageRequest(split, session))
    await gateway.reconfigure(configuration([http()]))
    expect((await running).status).toBeOneOf([200, 404])
    expect(await status('/stdio/mcp', session)).toBe(404)
  })
})

describe('ports', () => {
  const second = (routes: RouteParts[]) => configuration(routes).replace(/^binds:\n/, '')

  test('are opened and closed as the configuration says [RELOAD-1]', async () => {
    const two = configuration([http()]) + second([other()])
    await gateway.reconfigure(two)
    const [, added] = gateway.served()
    expect((await post(added?.url ?? '', jsonRpc('tools/list', '1'))).status).toBe(200)
    await gateway.reconfigure(configuration([http()]))
    await expect
      .poll(() => post(added?.url ?? '', jsonRpc('ping', '1')).then(({ status }) => status, String))
      .toMatch(/ECONNREFUSED/)
    expect(await status('/mcp')).toBe(200)
  })
})

test('what is still to be answered on a port that goes away is answered [RELOAD-4]', async () => {
  const two = configuration([http()]) + configuration([http()]).replace(/^binds:\n/, '')
  await gateway.reconfigure(two)
  const added = gateway.served()[1]?.url ?? ''
  const client = await connectV1(transportV1(added))
  const halfway = signal()
  const call = client.callTool({ name: 'slow', arguments: { steps: 10, ms: 20 } }, undefined, {
    onprogress: () => halfway.resolve(),
  })
  await halfway.promise
  await gateway.reconfigure(configuration([http()]))
  expect((await call).content).toEqual([{ type: 'text', text: 'done after 10 steps' }])
  await client.close().catch(() => undefined)
})

/** A promise that is settled from outside (node 20 has no Promise.withResolvers). */
function signal(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>(settle => {
    resolve = settle
  })
  return { promise, resolve: () => resolve() }
}
