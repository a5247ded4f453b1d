import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { connect } from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

let identity: TestIdentity
let upstream: EverythingServer
let clock = Date.now()

beforeAll(async () => {
  identity = await createTestIdentity()
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await identity.remove()
  await upstream.close()
})

const yaml = (limits: string, more = '', config?: string): string =>
  configuration(
    [
      {
        policies: `{mcpAuthentication: {${identity.trust}, mode: optional}, localRateLimit: [${limits}]${more}}`,
        backend: httpTarget(upstream.url),
      },
    ],
    config,
  )

const start = (limits: string, more?: string, config?: string): Promise<TestGateway> =>
  startTestGateway(yaml(limits, more, config), { now: () => clock })

const HOUR = 'fillInterval: 1h'
const PING = { jsonrpc: '2.0', id: 'p', method: 'ping' }
const call = (name: string, given: object = {}) => ({
  jsonrpc: '2.0',
  id: 'c',
  method: 'tools/call',
  params: { name, arguments: given },
})

async function statuses(count: number, send: () => Promise<Answer>): Promise<readonly number[]> {
  const found: number[] = []
  for (let i = 0; i < count; i++) found.push((await send()).status)
  return found
}

describe('rate limits [LIMIT-1]', () => {
  test('a bucket that is empty says so in every way that clients read', async () => {
    await using gateway = await start(`{maxTokens: 2, tokensPerFill: 1, ${HOUR}, type: requests}`)
    const passed = await post(gateway.url, PING)
    expect(passed.status).toBe(200)
    expect(passed.headers).toMatchObject({
      ratelimit: '"default";r=1;t=3600',
      'ratelimit-policy': '"default";q=2;w=7200',
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
      'x-ratelimit-reset': '3600',
    })
    expect((await post(gateway.url, PING)).status).toBe(200)
    const answer = await post(gateway.url, PING)
    expect(answer.status).toBe(429)
    expect(answer.headers).toMatchObject({
      'retry-after': '3600',
      ratelimit: '"default";r=0;t=3600',
      'ratelimit-policy': '"default";q=2;w=7200',
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': '3600',
    })
    expect(answer.json()).toMatchObject({
      error: { code: -32000, message: 'too many requests: try again in 3600 s' },
    })
    clock += 3_600_000
    expect(await statuses(2, () => post(gateway.url, PING))).toEqual([200, 429])
  })

  test('strangers take nothing from those who log in', async () => {
    await using gateway = await startTestGateway(
      configuration([
        {
          policies: `{mcpAuthentication: {${identity.trust}}, localRateLimit: [{maxTokens: 1, tokensPerFill: 1, ${HOUR}}]}`,
          backend: httpTarget(upstream.url),
        },
      ]),
    )
    expect(await statuses(3, () => post(gateway.url, PING))).toEqual([401, 401, 401])
    const bearer = await identity.bearer(gateway.url)
    expect(await statuses(2, () => post(gateway.url, PING, bearer))).toEqual([200, 429])
  })

  test('one bucket for each caller', async () => {
    await using gateway = await start(
      `{maxTokens: 1, tokensPerFill: 1, ${HOUR}, key: identity.subject}`,
    )
    for (const sub of ['ada', 'bob']) {
      const bearer = await identity.bearer(gateway.url, { sub })
      expect(await statuses(2, () => post(gateway.url, PING, bearer))).toEqual([200, 429])
    }
  })

  test('one bucket for each address, before anybody is asked who they are', async () => {
    await using gateway = await start(
      `{maxTokens: 1, tokensPerFill: 1, ${HOUR}, key: source.address}`,
    )
    const dead = { authorization: 'Bearer dead' }
    expect(await statuses(2, () => post(gateway.url, PING, dead))).toEqual([401, 429])
  })

  test('calls by tool, with a condition and a cost, and the id in the error', async () => {
    await using gateway = await start(
      `{maxTokens: 5, tokensPerFill: 1, ${HOUR}, key: mcp.tool.name, when: 'mcp.tool.name.startsWith("test_")', cost: 'has(mcp.tool.arguments.n) ? mcp.tool.arguments.n : 1'}`,
    )
    const send = (name: string, n: number) => () => post(gateway.url, call(name, { n }))
    expect(await statuses(3, send('test_simple_text', 2))).toEqual([200, 200, 429])
    expect(await statuses(1, send('test_image_content', 5))).toEqual([200])
    expect(await statuses(3, send('other', 100))).toEqual([200, 200, 200])
    const answer = await send('test_simple_text', 2)()
    expect(answer.json()).toMatchObject({ id: 'c', error: { code: -32000 } })
  })

  test.each([
    ['key', 'key: mcp.tool.name'],
    ['when', `when: 'mcp.tool.name == "test_simple_text"'`],
    ['cost', `cost: 'mcp.tool.name == "test_simple_text" ? 1 : 0'`],
  ])('a limit that reads a tool in its %s counts tools alone', async (_member, more) => {
    await using gateway = await start(`{maxTokens: 2, tokensPerFill: 1, ${HOUR}, ${more}}`)
    const client = await connect('v2 legacy', gateway.url)
    for (let i = 0; i < 3; i++) await client.listTools()
    for (let i = 0; i < 2; i++)
      expect(await client.callTool({ name: 'test_simple_text' })).toMatchObject({ content: [{}] })
    await expect(client.callTool({ name: 'test_simple_text' })).rejects.toThrow('too many requests')
    expect(await client.callTool({ name: 'test_image_content' })).toMatchObject({ content: [{}] })
    await client.close()
  })

  test('who asks has() decides about other calls, too', async () => {
    await using gateway = await start(
      `{maxTokens: 1, tokensPerFill: 1, ${HOUR}, when: '!has(mcp.tool) || mcp.tool.name == "x"'}`,
    )
    expect(await statuses(2, () => post(gateway.url, call('test_simple_text')))).toEqual([200, 200])
    expect(await statuses(2, () => post(gateway.url, PING))).toEqual([200, 429])
  })

  test('limits read what lists said of a tool', async () => {
    const server = await startScriptedServer('{"tools":{}}', {
      'tools/list': () =>
        '{"tools":[{"name":"look","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},{"name":"wipe","inputSchema":{"type":"object"}}]}',
      'tools/call': () => '{"content":[]}',
    })
    const limit = `{maxTokens: 1, tokensPerFill: 1, ${HOUR}, when: '!mcp.tool.annotations.readOnlyHint'}`
    await using gateway = await startTestGateway(
      configuration([
        {
          policies: `{localRateLimit: [${limit}], mcpAuthorization: {rules: []}}`,
          backend: httpTarget(server.url),
        },
      ]),
    )
    await post(gateway.url, { jsonrpc: '2.0', id: 'l', method: 'tools/list' })
    expect(await statuses(3, () => post(gateway.url, call('look')))).toEqual([200, 200, 200])
    expect(await statuses(2, () => post(gateway.url, call('wipe')))).toEqual([200, 429])
    await server.close()
  })

  test('each call of a batch counts', async () => {
    await using gateway = await start(
      `{maxTokens: 3, tokensPerFill: 1, ${HOUR}, key: identity.subject, when: 'has(mcp.tool)'}`,
    )
    const batch = [call('test_simple_text'), call('test_simple_text')]
    expect(await statuses(2, () => post(gateway.url, batch))).toEqual([200, 429])
  })

  test('what cannot be evaluated is limited, in a bucket of its own', async () => {
    await using gateway = await start(
      `{maxTokens: 1, tokensPerFill: 1, ${HOUR}, key: jwt.tenant, when: 'jwt.level > 1'}`,
    )
    expect(await statuses(2, () => post(gateway.url, PING))).toEqual([200, 429])
    const bearer = await identity.bearer(gateway.url, { tenant: '', level: 5 })
    expect(await statuses(2, () => post(gateway.url, PING, bearer))).toEqual([200, 429])
  })

  test('all limits have to have enough', async () => {
    const limit = (tokens: number): string => `{maxTokens: ${tokens}, tokensPerFill: 1, ${HOUR}}`
    await using gateway = await start(`${limit(3)}, ${limit(2)}, ${limit(2)}`)
    const passed = await post(gateway.url, PING)
    // Of several, the one that will be reached first.
    expect(passed.headers).toMatchObject({
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '1',
    })
    expect(await statuses(2, () => post(gateway.url, PING))).toEqual([200, 429])
  })

  test('a reload keeps the buckets of limits that it does not change [LIMIT-2]', async () => {
    const first = `{maxTokens: 1, tokensPerFill: 1, ${HOUR}}`
    await using gateway = await start(first)
    expect(await statuses(2, () => post(gateway.url, PING))).toEqual([200, 429])
    await gateway.reconfigure(yaml(`{maxTokens: 100, tokensPerFill: 1, ${HOUR}}, ${first}`))
    expect((await post(gateway.url, PING)).status).toBe(429)
    await gateway.reconfigure(yaml(`{maxTokens: 2, tokensPerFill: 1, ${HOUR}}`))
    expect((await post(gateway.url, PING)).status).toBe(200)
  })

  test('limits of a plain HTTP backend', async () => {
    await using gateway = await startTestGateway(
      configuration([
        {
          policies: `{localRateLimit: [{maxTokens: 1, tokensPerFill: 1, ${HOUR}}]}`,
          backend: `{host: "${new URL(upstream.url).host}"}`,
        },
      ]),
    )
    expect((await post(gateway.url, PING)).headers['x-ratelimit-remaining']).toBe('0')
    expect((await post(gateway.url, PING)).status).toBe(429)
  })
})

describe('bad tokens [LIMIT-3]', () => {
  test('are limited by address, and known good ones are not', async () => {
    await using gateway = await start(
      `{maxTokens: 1000, tokensPerFill: 1, ${HOUR}}`,
      '',
      '{adminAddr: "off", failedAuthenticationsPerMinute: 3}',
    )
    const good = await identity.bearer(gateway.url)
    expect((await post(gateway.url, PING, good)).status).toBe(200)
    const bad = { authorization: 'Bearer dead' }
    expect(await statuses(4, () => post(gateway.url, PING, bad))).toEqual([401, 401, 401, 429])
    const answer = await post(gateway.url, PING, bad)
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    expect((await post(gateway.url, PING, good)).status).toBe(200)
    expect((await post(gateway.url, PING)).status).toBe(200)
    clock += 60_000
    expect((await post(gateway.url, PING, bad)).status).toBe(401)
  })
})
