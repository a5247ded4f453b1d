import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { program } from '../fixtures/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { eventually } from '../http/wire.ts'
import { configuration, stdioTarget } from '../support/configuration.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, ask, messageRequest, post } from '../support/http.ts'

const SECRET = 'parent-only-value'

type State = { pid: number; calls: number; args: string[]; env: Record<string, string> }

function call(name: string, args: object = {}, id = 1): string {
  return jsonRpc('tools/call', String(id), JSON.stringify({ name, arguments: args }))
}

async function open(gateway: TestGateway): Promise<{ 'mcp-session-id': string }> {
  const opened = await post(gateway.url, jsonRpc('initialize', '0'))
  expect(opened.status).toBe(200)
  return { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
}

const state = async (gateway: TestGateway, session: Record<string, string>): Promise<State> => {
  const answer = await post(gateway.url, call('state'), session)
  return JSON.parse(answer.json().result.content[0].text)
}

const lives = (pid: number): boolean => {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

function start(flags: string[] = [], more = ''): Promise<TestGateway> {
  return startTestGateway(
    configuration([{ backend: stdioTarget(program('stdio-server', ...flags), more) }]),
    { environment: { ...process.env, INHERITED: SECRET } },
  )
}

describe('a program as a server', () => {
  let gateway: TestGateway
  let session: { 'mcp-session-id': string }
  beforeEach(async () => {
    gateway = await start()
    session = await open(gateway)
  })
  afterEach(() => gateway.stop())

  test('runs once for each session [STDIO-1]', async () => {
    const other = await open(gateway)
    const [first, second] = [await state(gateway, session), await state(gateway, other)]
    expect(first.pid).not.toBe(second.pid)
    expect((await state(gateway, session)).pid).toBe(first.pid)
  })

  test.each([
    ['die', 'exit code 3'],
    ['kill', 'SIGKILL'],
  ])(
    'that ends by %s is reported to everybody who waits, at once [STDIO-3]',
    async (how, reason) => {
      const waiting = [2, 3].map(id =>
        post(gateway.url, call('misbehave', { how: 'hang' }, id), session),
      )
      const listening = await openTestStream(gateway.url, { headers: session })
      const dying = post(gateway.url, call('misbehave', { how }), session)
      for (const answer of await Promise.all([dying, ...waiting])) {
        expect(answer.status).toBe(502)
        expect(answer.json().error.message).toContain(reason)
      }
      await listening.ended
      // The session was that process; new work gets a new one.
      expect((await post(gateway.url, call('state'), session)).status).toBe(404)
      expect((await state(gateway, await open(gateway))).calls).toBe(1)
    },
  )

  test('hears of a call whose client goes away [EDGE-11]', async () => {
    const abort = new AbortController()
    const { method, headers, body } = messageRequest(call('misbehave', { how: 'hang' }), session)
    const going = fetch(gateway.url, {
      method,
      headers: headers as Record<string, string>,
      body,
      signal: abort.signal,
    })
    await expect.poll(() => heard(gateway, session)).toContain('tools/call misbehave')
    abort.abort()
    await expect(going).rejects.toThrow()
    await expect.poll(() => heard(gateway, session)).toContain('notifications/cancelled')
  })

  test.each([
    ['garbage', 'after garbage'],
    ['split', 'half of é'],
    ['spam', 'spammed'],
  ])('that writes %s is understood all the same [STDIO-2]', async (how, text) => {
    const answer = await post(gateway.url, call('misbehave', { how }), session)
    expect(answer.json()).toMatchObject({ id: 1, result: { content: [{ text }] } })
  })

  test('may answer with megabytes [CALL-4]', async () => {
    const answer = await post(gateway.url, call('misbehave', { how: 'huge' }), session)
    expect(answer.json().result.content[0].text).toHaveLength(3 * 1024 * 1024)
  })

  test('that hangs harms no other session [CALL-9]', async () => {
    const hanging = messageRequest(call('misbehave', { how: 'hang' }), session)
    const stuck = ask(gateway.url, hanging).catch(() => undefined)
    expect((await post(gateway.url, jsonRpc('ping', '1'), await open(gateway))).status).toBe(200)
    await gateway.stop()
    await stuck
  })

  test('gets ids of its own and gives back those of the client, byte for byte [CALL-4]', async () => {
    for (const id of ['"a"', '"1"', '9007199254740993', '1.50', '-0']) {
      const answer = await post(gateway.url, jsonRpc('ping', id), session)
      expect(answer.body).toContain(`"id":${id}`)
    }
    const same = await Promise.all(
      [1, 2].map(() => post(gateway.url, call('echo', { a: 1 }), session)),
    )
    expect(same.map(answer => answer.json().id)).toEqual([1, 1])
  })

  test('is ended with its session [STDIO-4]', async () => {
    const { pid } = await state(gateway, session)
    await ask(gateway.url, { method: 'DELETE', headers: session })
    await eventually(() => !lives(pid))
  })

  test('is ended with the gateway, however many there are [STDIO-4]', async () => {
    const sessions = [session, await open(gateway), await open(gateway)]
    const pids = await Promise.all(sessions.map(async one => (await state(gateway, one)).pid))
    expect(pids.every(lives)).toBe(true)
    await gateway.stop()
    expect(pids.some(lives)).toBe(false)
  })
})

test('its standard error is in the log, its output that is no message too [STDIO-2]', async () => {
  await using gateway = await start()
  const session = await open(gateway)
  await post(gateway.url, call('misbehave', { how: 'spam' }), session)
  expect(await gateway.logged(/noise/)).toMatchObject({ target: 'up', level: 'info' })
  await post(gateway.url, call('misbehave', { how: 'garbage' }), session)
  expect(await gateway.logged(/this is not JSON/)).toMatchObject({ target: 'up', level: 'warn' })
})

test('args and env reach it; without clear_env it sees what the gateway sees [STDIO-2]', async () => {
  await using gateway = await start(['--some', 'a b'], ', env: {OWN: "own value"}')
  const { args, env } = await state(gateway, await open(gateway))
  expect(args).toEqual(['--some', 'a b'])
  expect(env).toMatchObject({ OWN: 'own value', INHERITED: SECRET })
})

test('with clear_env it sees nothing but env [STDIO-2]', async () => {
  await using gateway = await start([], ', clear_env: true, env: {OWN: "own value"}')
  const { env } = await state(gateway, await open(gateway))
  expect(env).toMatchObject({ OWN: 'own value' })
  expect(Object.keys(env)).not.toContain('PATH')
  expect(JSON.stringify(env)).not.toContain(SECRET)
})

test('that dies again and again is started after a pause, which callers are told [STDIO-3]', async () => {
  const { command } = program('stdio-server')
  await using gateway = await startTestGateway(
    configuration([{ backend: stdioTarget({ command, args: ['-e', 'process.exit(9)'] }) }]),
  )
  const answers: Answer[] = []
  for (let n = 0; n < 5; n++) answers.push(await post(gateway.url, jsonRpc('initialize', '0')))
  expect(answers[0]?.status).toBe(502)
  expect(answers[0]?.json().error.message).toContain('exit code 9')
  const last = answers.at(-1)
  expect(last?.status).toBe(503)
  expect(last?.headers['retry-after']).toBeDefined()
  expect(last?.json().error.message).toMatch(/keeps ending/)
})

test('that ignores the end of its input and TERM is killed [STDIO-4]', async () => {
  const gateway = await start(['--deaf'])
  const { pid } = await state(gateway, await open(gateway))
  await gateway.stop()
  expect(lives(pid)).toBe(false)
})

/** What a program has read, as the fixture says. */
async function heard(gateway: TestGateway, session: Record<string, string>): Promise<string> {
  const answer = await post(gateway.url, call('heard'), session)
  return answer.json().result.content[0].text
}
