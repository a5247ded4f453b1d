import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

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

type Outcome = Readonly<{ none: number; bad: number; expired: number; good: number }>

const table: Readonly<Record<string, Outcome>> = {
  strict: { none: 401, bad: 401, expired: 401, good: 200 },
  Strict: { none: 401, bad: 401, expired: 401, good: 200 },
  optional: { none: 200, bad: 401, expired: 401, good: 200 },
  OPTIONAL: { none: 200, bad: 401, expired: 401, good: 200 },
  permissive: { none: 200, bad: 200, expired: 200, good: 200 },
  Permissive: { none: 200, bad: 200, expired: 200, good: 200 },
}

const POLICIES = ['mcpAuthentication', 'jwtAuth']

const rows = POLICIES.flatMap(policy =>
  Object.entries(table).map(([mode, outcome]) => [policy, mode, outcome] as const),
)

test.each(rows)('%s in mode %s [MODE-1]', async (policy, mode, outcome) => {
  await using gateway = await startTestGateway(
    configuration([
      {
        policies: `{${policy}: {${identity.trust}, audiences: [gateway], mode: ${mode}}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )
  const exp = Math.floor(Date.now() / 1000) - 600
  const tokens: Record<keyof Outcome, string | undefined> = {
    none: undefined,
    bad: 'dead',
    expired: await identity.sign({ iss: identity.issuer, aud: 'gateway', sub: 'alice', exp }),
    good: await identity.token('gateway'),
  }
  for (const [kind, token] of Object.entries(tokens)) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const { status } = await post(gateway.url, jsonRpc('initialize', '0'), headers)
    expect({ [kind]: status }).toEqual({ [kind]: outcome[kind as keyof Outcome] })
  }
  // Whoever may come without a token can still find out where to get one.
  const document = await ask(`${gateway.origin}/.well-known/oauth-protected-resource/mcp`)
  expect(document.json()).toMatchObject({ resource: gateway.url })
})

test('several issuers: tokens of each are taken, the first is the one that clients hear of [MODE-1]', async () => {
  const other = await createTestIdentity()
  const sibling = 'https://sibling.test'
  const provider = (issuer: string, keys: string) =>
    `{issuer: "${issuer}", jwks: {file: "${keys}"}, audiences: [gateway]}`
  const { issuer, keySet } = identity
  await using gateway = await startTestGateway(
    configuration([
      {
        policies: `{jwtAuth: {mode: strict, providers: [${provider(issuer, keySet)}, ${provider(sibling, other.keySet)}]}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )
  const exp = Math.floor(Date.now() / 1000) + 600
  const claims = { aud: 'gateway', sub: 'alice', exp }
  const status = async (token: string) =>
    (await post(gateway.url, jsonRpc('initialize', '0'), { authorization: `Bearer ${token}` }))
      .status
  expect(await status(await identity.sign({ ...claims, iss: issuer }))).toBe(200)
  expect(await status(await other.sign({ ...claims, iss: sibling }))).toBe(200)
  expect(await status(await other.sign({ ...claims, iss: issuer }))).toBe(401)
  await other.remove()
})
