import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { openRedis } from '../../src/policy/store/redis.ts'
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
  await gateway.logged(/the store of rate limits (is back|can be reached)/)
}

describe('rate limits over replicas', () => {
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
    await one.logged(/the store of rate limits is back/)
    await two.logged(/the store of rate limits is back/)
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
    await one.logged(/the store of rate limits is back/)
    expect(await status(one)).toBe(200)
  })

  test('a store that is not there at the start keeps nobody from starting', async () => {
    await redis.kill()
    await using one = await replica(1)
    expect([await status(one), await status(one)]).toEqual([200, 429])
    await redis.start()
    await one.logged(/the store of rate limits is back/)
    expect([await status(one), await status(one)]).toEqual([200, 429])
  })
})

test('a bucket of the store works like one in memory', async () => {
  const store = openRedis(new Secret(redis.url), { up: () => undefined, down: () => undefined })
  const size = { maxTokens: 3, tokensPerFill: 2, fillIntervalMs: 3_600_000 }
  const take = async (cost: number) => {
    const { allowed, remaining } = await store.take('bucket', size, cost)
    return [allowed, remaining]
  }
  await store.ready
  expect([await take(1), await take(3), await take(2), await take(1), await take(0)]).toEqual([
    [true, 2],
    [false, 2],
    [true, 0],
    [false, 0],
    [true, 0],
  ])
  const { waitMs } = await store.take('bucket', size, 3)
  expect(waitMs).toBeGreaterThan(3_600_000)
  expect(waitMs).toBeLessThanOrEqual(7_200_000)
  await store.close()
})
