import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { generateKey } from '../../src/seal/seal.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { connectV2, logInAndConnect, transportV2 } from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { type Answer, ask } from '../support/http.ts'
import { createPerson, type Person } from '../support/login.ts'
import { createRedisServer, type RedisServer } from './redis-server.ts'

let upstream: EverythingServer
let provider: IdentityProvider
let redis: RedisServer

beforeAll(async () => {
  upstream = await startEverythingServer()
  const log = createLog({ level: 'silent', format: 'json' })
  // It rotates refresh tokens, and a second use of one ends everything that came of the login.
  provider = await startIdentityProvider({ port: 0, log })
})
afterAll(async () => {
  await upstream.close()
  await provider.close()
})
beforeEach(async () => {
  redis = await createRedisServer()
})
afterEach(() => redis.kill())

/** One replica; its public URL is that of the first. */
function replica(key: string, publicUrl?: string): Promise<TestGateway> {
  const known = publicUrl === undefined ? '' : `, publicUrl: "${publicUrl}"`
  return startTestGateway(
    configuration(
      [
        {
          policies: `{mcpAuthentication: {issuer: "${provider.issuer}", provider: {oidc: {}}}}`,
          backend: httpTarget(upstream.url),
        },
      ],
      `{adminAddr: "off", connectionTerminationDeadline: 1s, session: {key: "${key}"}, store: {redis: {url: "${redis.url}"}}${known}}`,
    ),
  )
}

async function start(): Promise<{ one: TestGateway; two: TestGateway; ports: readonly string[] }> {
  const key = generateKey()
  const one = await replica(key)
  const two = await replica(key, one.origin)
  await Promise.all([one, two].map(gateway => gateway.logged(/the store can be reached/)))
  const ports = [one, two].map(gateway => gateway.served()[0]?.listener ?? '')
  return { one, two, ports }
}

/** What a client sends to the token endpoint, at whichever replica the balancer chooses. */
function requestToken(
  replicaOrigin: string,
  publicUrl: string,
  parameters: Record<string, string>,
): Promise<Answer> {
  return ask(`${replicaOrigin}/mcp/token`, {
    method: 'POST',
    headers: {
      host: new URL(publicUrl).host,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams(parameters).toString(),
  })
}

const refreshOf = ({ saved }: Person): Record<string, string> => ({
  grant_type: 'refresh_token',
  refresh_token: saved.tokens?.refresh_token ?? '',
  client_id: saved.client?.client_id ?? '',
})

describe('the relay of two replicas with one store', () => {
  test('refreshes a token once, whoever is asked, and gives both the same answer [STORE-4]', async () => {
    const { one, two, ports } = await start()
    await using _ = one
    await using __ = two
    const person = createPerson()
    await (await logInAndConnect('v2 legacy', one.url, person)).close()
    const send = (): Promise<Answer[]> =>
      Promise.all(ports.map(port => requestToken(port, one.origin, refreshOf(person))))
    const answers = await send()
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(answers[0]?.json()).toEqual(answers[1]?.json())
    person.saved.tokens = answers[0]?.json()
    expect((await send()).map(({ status }) => status)).toEqual([200, 200])
  })

  test('refreshes without the store, too [STORE-2]', async () => {
    const { one, two, ports } = await start()
    await using _ = one
    await using __ = two
    const person = createPerson()
    await (await logInAndConnect('v2 legacy', one.url, person)).close()
    await redis.kill()
    for (const port of ports) {
      const answer = await requestToken(port, one.origin, refreshOf(person))
      expect(answer.status).toBe(200)
      person.saved.tokens = answer.json()
    }
  })

  test('takes an authorization code once, whoever is asked [STORE-5]', async () => {
    const { one, two, ports } = await start()
    await using _ = one
    await using __ = two
    const person = createPerson()
    await expect(connectV2(transportV2(one.url, person))).rejects.toThrow()
    const code = (await person.answer()).get('code') ?? ''
    const parameters = {
      grant_type: 'authorization_code',
      code,
      code_verifier: person.saved.verifier ?? '',
      redirect_uri: String(person.redirectUrl),
      client_id: person.saved.client?.client_id ?? '',
    }
    const answers = await Promise.all(ports.map(port => requestToken(port, one.origin, parameters)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    const refused = answers.find(({ status }) => status === 400)
    expect(refused?.json()).toMatchObject({
      error: 'invalid_grant',
      error_description: 'the code was used before',
    })
  })
})
