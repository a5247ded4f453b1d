import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createLog } from '../../src/observe/log.ts'
import { createSharedCounter } from '../../src/policy/shared-counter.ts'
import { openStore } from '../../src/store/store.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { createRedisServer, type RedisServer } from './redis-server.ts'

let upstream: EverythingServer
let redis: RedisServer

beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())
beforeEach(async () => {
  redis = await createRedisServer()
})
afterEach(() => redis.kill())

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' }

/** A replica whose one limit gives `tokens` an hour. */
const replica = (tokens: number, more = ''): Promise<TestGateway> =>
  startTestGateway(
    configuration(
      [
        {
          policies: `{localRateLimit: [{maxTokens: ${tokens}, tokensPerFill: ${tokens}, fillInterval: 1h}]}`,
          backend: httpTarget(upstream.url),
        },
      ],
      `{adminAddr: "off", store: {redis: {url: "${redis.url}"}${more}}}`,
    ),
  )

const status = async ({ url }: TestGateway): Promise<number> => (await post(url, PING)).status

/** Asks until the store has answered: the first connection takes a moment. */
async function connected(gateway: TestGateway): Promise<void> {
  await gateway.logged(/the store (is back|can be reached)/)
}

describe('rate limits over replicas [STORE-1] [STORE-2]', () => {
  test('two replicas share a bucket', async () => {
    await using one = await replica(4)
    await using two = await replica(4)
    await Promise.all([connected(one), connected(two)])
    expect([await status(one), await status(two), await status(one), await status(two)]).toEqual([
      200, 200, 200, 200,
    ])
    expect([await status(one), await status(two)]).toEqual([429, 429])
  })

  test('each replica counts for itself while the store is away, and says so once', async () => {
    await using one = await replica(2)
    await using two = await replica(2)
    await Promise.all([connected(one), connected(two)])
    expect([await status(one), await status(two), await status(one)]).toEqual([200, 200, 429])

    await redis.kill()
    expect([await status(one), await status(one), await status(one)]).toEqual([200, 200, 429])
    expect([await status(two), await status(two), await status(two)]).toEqual([200, 200, 429])
    expect(one.log.filter(line => line.includes('cannot be reached'))).toHaveLength(1)

    await redis.start()
    await one.logged(/the store is back/)
    await two.logged(/the store is back/)
    // The store was empty when it came back.
    expect([await status(one), await status(two), await status(one)]).toEqual([200, 200, 429])
  })

  test('by choice nobody passes while the store is away', async () => {
    await using one = await replica(5, ', onStoreFailure: deny')
    await connected(one)
    expect(await status(one)).toBe(200)
    await redis.kill()
    const answer = await post(one.url, PING)
    expect(answer.status).toBe(503)
    expect(answer.headers['retry-after']).toBe('5')
    await redis.start()
    await one.logged(/the store is back/)
    expect(await status(one)).toBe(200)
  })

  test('a store that is not there at the start keeps nobody from starting', async () => {
    await redis.kill()
    await using one = await replica(1)
    expect([await status(one), await status(one)]).toEqual([200, 429])
    await redis.start()
    await one.logged(/the store is back/)
    expect([await status(one), await status(one)]).toEqual([200, 429])
  })
})

test('a bucket of the store works like one in memory', async () => {
  const lines = new PassThrough()
  const store = openStore(
    new Secret(redis.url),
    createLog({ level: 'info', format: 'json', destination: lines }),
  )
  expect(String(await once(lines, 'data'))).toContain('the store can be reached')
  const size = { maxTokens: 3, tokensPerFill: 2, fillIntervalMs: 3_600_000 }
  const bucket = createSharedCounter('bucket', size, store.buckets, undefined)
  const take = async (cost: number) => {
    const taken = await bucket.take('key', cost)
    return [taken?.allowed, taken?.remaining]
  }
  expect([await take(1), await take(3), await take(2), await take(1), await take(0)]).toEqual([
    [true, 2],
    [false, 2],
    [true, 0],
    [false, 0],
    [true, 0],
  ])
  const taken = await bucket.take('key', 3)
  expect(taken?.waitMs).toBeGreaterThan(3_600_000)
  expect(taken?.waitMs).toBeLessThanOrEqual(7_200_000)
  await store.close()
})
