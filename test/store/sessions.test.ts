import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { generateKey } from '../../src/seal/seal.ts'
import { createFolder, type Folder, type Program, start } from '../cli/program.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { ask, post } from '../support/http.ts'
import { createRedisServer, type RedisServer } from './redis-server.ts'

let upstream: EverythingServer
let redis: RedisServer
let folder: Folder
const running: Program[] = []

beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())
beforeEach(async () => {
  redis = await createRedisServer()
  folder = createFolder()
})
afterEach(async () => {
  for (const { process } of running) process.kill('SIGKILL')
  await Promise.all(running.splice(0).map(({ ended }) => ended))
  await redis.kill()
  folder.remove()
})

type Replica = { readonly url: string; logged(text: RegExp): Promise<unknown> }

/** Processes of the built program with one configuration. */
async function replicas(count: number, idle = '30m'): Promise<Replica[]> {
  const yaml = configuration(
    [{ backend: httpTarget(upstream.url) }],
    `{adminAddr: "off", session: {key: "${generateKey()}"}, mcp: {sessionTtl: ${idle}}, store: {redis: {url: "${redis.url}"}}}`,
  )
  const file = folder.file('portcullis.yaml', yaml)
  return Promise.all(
    Array.from({ length: count }, async () => {
      const gateway = start(['-f', file], { folder })
      running.push(gateway)
      const [url] = await gateway.printed(/http:\/\/localhost:\d+\/mcp/)
      await gateway.logged(/the store can be reached/)
      return { url, logged: gateway.logged }
    }),
  )
}

const INITIALIZE =
  '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}'

async function open(url: string): Promise<Record<string, string>> {
  const answer = await post(url, jsonRpc('initialize', '0', INITIALIZE))
  expect(answer.status).toBe(200)
  return { 'mcp-session-id': String(answer.headers['mcp-session-id']) }
}

const status = async (url: string, session: Record<string, string>): Promise<number> =>
  (await post(url, jsonRpc('ping', '1'), session)).status
const end = async (url: string, session: Record<string, string>): Promise<number> =>
  (await ask(url, { method: 'DELETE', headers: session })).status

describe('sessions of two processes with one store [STORE-3]', () => {
  test('DELETE at one ends the session at the other, which had served it', async () => {
    const [one, two] = (await replicas(2)) as [Replica, Replica]
    const [session, other] = [await open(one.url), await open(one.url)]
    expect([await status(one.url, session), await status(two.url, session)]).toEqual([200, 200])
    expect(await end(one.url, session)).toBeLessThan(300)
    expect([await status(two.url, session), await status(one.url, session)]).toEqual([404, 404])
    expect(await end(two.url, session)).toBe(404)
    expect(await status(two.url, other)).toBe(200)
  })

  test('without the store each goes by what it saw; an end is told when the store is back', async () => {
    const [one, two] = (await replicas(2)) as [Replica, Replica]
    const [session, other] = [await open(one.url), await open(one.url)]
    expect(await status(two.url, session)).toBe(200)
    await redis.kill()
    expect(await end(one.url, session)).toBeLessThan(300)
    expect([await status(one.url, session), await status(two.url, session)]).toEqual([404, 200])
    expect(await status(two.url, other)).toBe(200)
    await redis.start()
    await Promise.all([one, two].map(({ logged }) => logged(/the store is back/)))
    expect(await status(two.url, other)).toBe(200)
    await expect.poll(() => status(two.url, session)).toBe(404)
  })

  test('a session that is used at one does not lie idle at the other', async () => {
    const [one, two] = (await replicas(2, '3s')) as [Replica, Replica]
    const session = await open(one.url)
    expect(await status(two.url, session)).toBe(200)
    const started = performance.now()
    while (performance.now() - started < 4000) expect(await status(one.url, session)).toBe(200)
    expect(await status(two.url, session)).toBe(200)
  })
})
