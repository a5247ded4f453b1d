import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { generateKey } from '../../src/seal/seal.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { program } from '../fixtures/program.ts'
import { jsonRpc, startRecordingServer } from '../fixtures/recording-server.ts'
import { startBalancer } from '../support/balancer.ts'
import { openTestStream } from '../support/event-stream.ts'
import { federationYaml, http, startFederation, stdio } from '../support/federation.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, post } from '../support/http.ts'
import { createTestIdentity } from '../support/identity.ts'
import { connectV1, names } from '../support/mcp-clients.ts'

let one: LegacyHttpServer
let two: LegacyHttpServer
let every: EverythingServer

beforeAll(async () => {
  one = await startLegacyHttpServer('one')
  two = await startLegacyHttpServer('two')
  every = await startEverythingServer()
})
afterAll(async () => {
  await Promise.all([one.close(), two.close(), every.close()])
})

const BOTH = { accept: 'application/json, text/event-stream' }
const INITIALIZE = jsonRpc(
  'initialize',
  '0',
  '{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}',
)

async function open(
  url: string,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  const opened = await post(url, INITIALIZE, { ...BOTH, ...more })
  expect(opened.status).toBe(200)
  const headers = { ...BOTH, ...more, 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' }
  expect((await post(url, initialized, headers)).status).toBe(202)
  return headers
}

const echo = (target: string, message: string, id = '1'): string =>
  jsonRpc('tools/call', id, `{"name":"${target}_echo","arguments":{"message":"${message}"}}`)

function answerOf(answer: Answer): {
  result?: { content: { text: string }[] }
  error?: { message: string }
} {
  const { body } = answer
  const data = body.startsWith('{') ? body : (/^data: (\{.*)$/m.exec(body)?.[1] ?? '{}')
  return JSON.parse(data)
}

describe('with two targets', () => {
  let gateway: TestGateway
  beforeEach(async () => {
    gateway = await startFederation([http('one', one.url), http('two', two.url)])
    return () => gateway.stop()
  })

  test('a session that one target has forgotten is opened anew, with what the client said [FED-16]', async () => {
    const session = await open(gateway.url)
    const before = two.sessions()
    await one.forgetSessions()
    const calls = await Promise.all(
      ['a', 'b', 'c'].map((message, index) =>
        post(gateway.url, echo('one', message, String(index)), session),
      ),
    )
    expect(calls.map(call => answerOf(call).result?.content[0]?.text)).toEqual(['a', 'b', 'c'])
    expect(one.sessions()).toHaveLength(1)
    expect(two.sessions()).toEqual(before)
    // What the client can do is known to the new session, too: the server may ask it.
    const asking = await openTestStream(gateway.url, {
      method: 'POST',
      headers: { ...session, 'content-type': 'application/json' },
      body: jsonRpc('tools/call', '9', '{"name":"one_ask"}'),
    })
    await asking.until('elicitation/create')
    asking.close()
  })

  test('DELETE ends it everywhere [FED-18]', async () => {
    const session = await open(gateway.url)
    const [first, second] = [one.sessions().length, two.sessions().length]
    const deleted = await fetch(gateway.url, { method: 'DELETE', headers: session })
    expect(deleted.status).toBe(200)
    expect([one.sessions().length, two.sessions().length]).toEqual([first - 1, second - 1])
    expect((await post(gateway.url, echo('one', 'x'), session)).status).toBe(404)
  })

  test('an answer of another session goes nowhere [FED-10]', async () => {
    const alice = await open(gateway.url)
    const mallory = await open(gateway.url)
    const asking = await openTestStream(gateway.url, {
      method: 'POST',
      headers: { ...alice, 'content-type': 'application/json' },
      body: jsonRpc('tools/call', '9', '{"name":"one_ask"}'),
    })
    const asked = /^data: (\{.*elicitation\/create.*)$/m.exec(
      await asking.until('elicitation/create'),
    )
    const { id } = JSON.parse(asked?.[1] ?? '{}') as { id: string }
    expect(id).toMatch(/^one\//)
    const answer = { jsonrpc: '2.0', id, result: { action: 'accept', content: { name: 'Ada' } } }
    expect((await post(gateway.url, answer, mallory)).status).toBe(400)
    expect((await post(gateway.url, { ...answer, id: 0 }, alice)).status).toBe(400)
    expect((await post(gateway.url, answer, alice)).status).toBe(202)
    expect(await asking.until('"id":9')).toContain('Ada')
  })

  test('a batch is answered with an array, in its order [FED-20]', async () => {
    const session = await open(gateway.url)
    const batch = [
      echo('two', 'second', '"b"'),
      '{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}',
      echo('one', 'first', '9007199254740991'),
      jsonRpc('ping', '-1'),
      INITIALIZE,
    ]
    const answer = await post(gateway.url, `[${batch.join(',')}]`, {
      ...session,
      accept: 'application/json',
    })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('"id":9007199254740991')
    expect(answer.json()).toMatchObject([
      { id: 'b', result: { content: [{ text: 'second' }] } },
      { result: { content: [{ text: 'first' }] } },
      { id: -1, result: {} },
      { id: 0, error: { code: -32600 } },
    ])
    const quiet = await post(gateway.url, `[${batch[1]}]`, session)
    expect([quiet.status, quiet.body]).toEqual([202, ''])
  })

  test('without a session a call is served all the same, and only its target is asked [FED-21]', async () => {
    const before = two.sessions().length
    const answer = await post(gateway.url, echo('one', 'alone', '77'), { accept: '*/*' })
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.json()).toMatchObject({ id: 77, result: { content: [{ text: 'alone' }] } })
    expect(answer.headers['mcp-session-id']).toBeUndefined()
    expect(two.sessions().length).toBe(before)
    // Nobody is there to be asked.
    const asked = await post(gateway.url, jsonRpc('tools/call', '1', '{"name":"one_ask"}'), BOTH)
    expect(answerOf(asked).result).toMatchObject({ isError: true })
  })
})

test('anonymous callers without session share one only where they are told to [FED-22]', async () => {
  for (const [anonymousSessions, wanted] of [
    ['separate', 3],
    ['shared', 1],
  ] as const) {
    await using gateway = await startFederation([http('one', one.url), http('two', two.url)], {
      anonymousSessions,
    })
    const opened = (): number =>
      one.received.filter(headers => headers['mcp-session-id'] === undefined).length
    const before = opened()
    const answers = await Promise.all(
      ['a', 'b', 'c'].map(word => post(gateway.url, echo('one', word), BOTH)),
    )
    expect(answers.map(answer => answerOf(answer).result?.content[0]?.text)).toEqual([
      'a',
      'b',
      'c',
    ])
    expect(opened() - before).toBe(wanted)
  }
})

test('a session belongs to its identity; pooled ones do, too [SESS-1] [FED-25]', async () => {
  const identity = await createTestIdentity()
  onTestFinished(identity.remove)
  const yaml = federationYaml([http('one', one.url), http('two', two.url)]).replace(
    '      backends:',
    `      policies: {mcpAuthentication: {${identity.trust}, audience: gateway}}\n      backends:`,
  )
  await using gateway = await startTestGateway(yaml)
  const alice = await identity.bearer('gateway')
  const bob = await identity.bearer('gateway', { sub: 'bob' })
  const session = await open(gateway.url, alice)
  expect((await post(gateway.url, echo('one', 'x'), { ...session, ...bob })).status).toBe(404)
  expect((await post(gateway.url, echo('one', 'x'), session)).status).toBe(200)
  expect(one.received.at(-1)).not.toHaveProperty('authorization')

  const opened = (): number =>
    one.received.filter(headers => headers['mcp-session-id'] === undefined).length
  const before = opened()
  for (const who of [alice, bob, alice, bob])
    expect((await post(gateway.url, echo('one', 'x'), { ...BOTH, ...who })).status).toBe(200)
  expect(opened() - before).toBe(2)
})

test('a stream that a target closes early is taken up again by its event id, and by nobody else [FED-17]', async () => {
  await using gateway = await startFederation([http('every', every.url), http('one', one.url)])
  const session = await open(gateway.url)
  const other = await open(gateway.url)
  const polled = await openTestStream(gateway.url, {
    method: 'POST',
    headers: { ...session, 'content-type': 'application/json' },
    body: jsonRpc('tools/call', '5', '{"name":"every_test_reconnection","arguments":{}}'),
  })
  const first = await polled.ended
  const id = /^id: (.*)$/m.exec(first)?.[1] ?? ''
  expect(id).not.toBe('')
  expect(first).not.toContain('"id":5')
  const resumed = await openTestStream(gateway.url, {
    headers: { ...session, 'last-event-id': id },
  })
  expect(await resumed.until('"id":5')).toContain('"result"')
  const stolen = await openTestStream(gateway.url, { headers: { ...other, 'last-event-id': id } })
  await expect(
    Promise.race([stolen.ended, new Promise((_, no) => setTimeout(no, 300))]),
  ).rejects.toBeUndefined()
  expect(stolen.received()).not.toContain('"id":5')
  stolen.close()

  const json = await post(
    gateway.url,
    jsonRpc('tools/call', '6', '{"name":"every_test_reconnection","arguments":{}}'),
    { ...session, accept: 'application/json' },
  )
  expect(json.json()).toMatchObject({ id: 6, result: {} })
})

test('two gateways with one key serve each other’s sessions; what lives in a process is 404 elsewhere [FED-23]', async () => {
  const key = generateKey()
  const targets = [http('one', one.url), http('two', two.url)]
  await using first = await startFederation(targets, { sessionKey: key })
  const second = await startFederation(targets, { sessionKey: key })
  await using balancer = await startBalancer([first.url, second.url])
  const { client, transport } = await connectV1(balancer.url)
  for (let call = 0; call < 4; call++)
    expect(names((await client.listTools()).tools)).toContain('two_echo')
  await second.stop()
  const answer = await client.callTool({ name: 'one_echo', arguments: { message: 'still here' } })
  expect(answer.content).toEqual([{ type: 'text', text: 'still here' }])
  const before = one.sessions().length
  await transport.terminateSession()
  expect(one.sessions().length).toBe(before - 1)
  await client.close()

  const child = [http('one', one.url), stdio('child', program('stdio-server'))]
  await using here = await startFederation(child, { sessionKey: key })
  await using there = await startFederation(child, { sessionKey: key })
  const session = await open(here.url)
  const call = (name: string): string =>
    jsonRpc('tools/call', '1', `{"name":"${name}","arguments":{"message":"x"}}`)
  // Another route of another gateway, yet the same id of a route: the session is known, its process is not.
  expect((await post(there.url, call('one_echo'), session)).status).toBe(200)
  expect((await post(there.url, call('child_echo'), session)).status).toBe(404)
  expect((await post(here.url, call('child_echo'), session)).status).toBe(200)
})

describe.each(['failClosed', 'failOpen'])('%s', failureMode => {
  test('one target dies and comes back [FED-14] [FED-15]', async () => {
    const dying = await startLegacyHttpServer('dying')
    await using gateway = await startFederation([http('one', one.url), http('dying', dying.url)], {
      failureMode,
    })
    const session = await open(gateway.url)
    const { port } = new URL(dying.url)
    await dying.close()
    const list = await post(gateway.url, jsonRpc('tools/list', '1'), session)
    if (failureMode === 'failClosed')
      expect([list.status, answerOf(list).error?.message]).toEqual([
        503,
        'target dying cannot be reached',
      ])
    else expect(list.body).toContain('one_echo')
    expect((await post(gateway.url, echo('dying', 'x'), session)).status).toBe(503)
    expect(answerOf(await post(gateway.url, echo('one', 'x'), session)).result).toBeDefined()
    if (failureMode === 'failOpen') {
      const late = await open(gateway.url)
      expect(answerOf(await post(gateway.url, echo('one', 'x'), late)).result).toBeDefined()
    } else {
      expect((await post(gateway.url, INITIALIZE, BOTH)).status).toBe(503)
    }
    const back = await startLegacyHttpServer('dying', Number(port))
    onTestFinished(back.close)
    expect(
      answerOf(await post(gateway.url, echo('dying', 'back'), session)).result?.content[0]?.text,
    ).toBe('back')
    expect((await post(gateway.url, jsonRpc('tools/list', '1'), session)).body).toContain(
      'dying_echo',
    )
  })
})

describe('with one target, whose bytes pass', () => {
  test('a forgotten session is opened anew, for calls and for the stream [FED-16]', async () => {
    await using gateway = await startFederation([http('one', one.url)])
    const session = await open(gateway.url)
    await one.forgetSessions()
    const call = jsonRpc('tools/call', '1', '{"name":"echo","arguments":{"message":"again"}}')
    expect(answerOf(await post(gateway.url, call, session)).result?.content[0]?.text).toBe('again')
    await one.forgetSessions()
    const stream = await openTestStream(gateway.url, {
      headers: { ...session, accept: 'text/event-stream' },
    })
    expect(stream.status).toBe(200)
    one.addTool('announced')
    await stream.until('list_changed')
    stream.close()
    expect(one.sessions()).toHaveLength(1)
  })

  test('a batch is taken apart, and a client without event streams gets JSON [FED-20]', async () => {
    await using gateway = await startFederation([http('one', one.url)])
    const session = await open(gateway.url)
    const call = (id: string, message: string): string =>
      jsonRpc('tools/call', id, `{"name":"echo","arguments":{"message":"${message}"}}`)
    const batch = await post(gateway.url, `[${call('1', 'a')},${call('2', 'b')}]`, session)
    expect(batch.json()).toMatchObject([
      { id: 1, result: { content: [{ text: 'a' }] } },
      { id: 2, result: { content: [{ text: 'b' }] } },
    ])
    for (const accept of ['*/*', 'application/json']) {
      const json = await post(gateway.url, call('3', 'c'), { ...session, accept })
      expect(json.headers['content-type']).toBe('application/json')
      expect(json.json()).toMatchObject({ id: 3, result: { content: [{ text: 'c' }] } })
    }
  })
})

test('statefulMode stateless: no sessions, each request stands for itself [FED-19]', async () => {
  for (const targets of [[http('one', one.url)], [http('one', one.url), http('two', two.url)]]) {
    await using gateway = await startFederation(targets, { statefulMode: 'stateless' })
    const before = one.sessions().length
    const opened = await post(gateway.url, INITIALIZE, BOTH)
    expect(answerOf(opened).result).toMatchObject({ capabilities: { tools: {} } })
    expect(opened.headers['mcp-session-id']).toBeUndefined()
    const name = targets.length === 1 ? 'echo' : 'one_echo'
    const call = jsonRpc('tools/call', '1', `{"name":"${name}","arguments":{"message":"x"}}`)
    const answer = await post(gateway.url, call, { ...BOTH, 'mcp-session-id': 'whatever' })
    expect(answerOf(answer).result?.content[0]?.text).toBe('x')
    expect((await fetch(gateway.url, { headers: BOTH })).status).toBe(405)
    await expect.poll(() => one.sessions().length).toBe(before)
  }
})

test('a server of the old transport may not name an endpoint of another origin [FED-29]', async () => {
  const sse = await startRecordingServer(({ method }, response) => {
    if (method !== 'GET') return void response.writeHead(202).end()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('event: endpoint\ndata: http://evil.example/messages\n\n')
  })
  onTestFinished(sse.close)
  await using gateway = await startFederation([`name: sse, sse: {host: "${sse.url}"}`])
  const refused = await post(gateway.url, INITIALIZE, BOTH)
  expect([refused.status, answerOf(refused).error?.message]).toEqual([
    502,
    'target sse: the server named an endpoint of another origin',
  ])
})
