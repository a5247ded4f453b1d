import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { messageRequest, send } from '../support/http.ts'
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

const PROTECTED = () => `{mcpAuthentication: {${identity.trust}}}`
const OPTIONAL = () => `{mcpAuthentication: {${identity.trust}, mode: optional}}`
const PERMISSIVE = () => `{mcpAuthentication: {${identity.trust}, mode: permissive}}`
const BY_HEADER = () =>
  `{mcpAuthentication: {${identity.trust}, authorizationLocation: {header: {name: x-token}}}}`
const OPEN = () => '{}'

const KEY = '{backendAuth: {key: "the-key"}}'
const KEY_ELSEWHERE =
  '{backendAuth: {key: "the-key", location: {header: {name: x-api-key, prefix: "Key "}}}}'
const PASS = '{backendAuth: {passthrough: {}}}'

type Seen = 'token' | 'other' | 'Bearer the-key' | undefined
type Row = readonly [string, () => string, string, Seen]

/** What the server sees in Authorization when the client sends a good token. */
const withToken: readonly Row[] = [
  ['a policy that reads the token', PROTECTED, '{}', undefined],
  ['a policy that may read the token', OPTIONAL, '{}', undefined],
  ['a policy that ignores bad tokens', PERMISSIVE, '{}', undefined],
  ['passthrough behind a policy', PROTECTED, PASS, 'token'],
  ['passthrough behind an optional policy', OPTIONAL, PASS, 'token'],
  ['a key behind a policy', PROTECTED, KEY, 'Bearer the-key'],
  ['a key without a policy', OPEN, KEY, 'Bearer the-key'],
  ['a key in another header', PROTECTED, KEY_ELSEWHERE, undefined],
  ['nothing at all: the server checks it', OPEN, '{}', 'token'],
]

const METHODS = {
  initialize: jsonRpc('initialize', '0'),
  'tools/list': jsonRpc('tools/list', '1'),
}

describe('Authorization at the server, with', () => {
  test.each(withToken)('%s [CALL-5] [CALL-6]', async (_, policies, target, seen) => {
    await using gateway = await startTestGateway(
      configuration([{ policies: policies(), backend: httpTarget(upstream.url, target) }]),
    )
    const bearer = await identity.bearer(gateway.url)
    const wanted = seen === 'token' ? bearer.authorization : seen
    for (const body of Object.values(METHODS)) {
      const before = upstream.received.length
      const answer = await send(gateway.url, messageRequest(body, bearer))
      expect(answer.resume().statusCode).toBe(200)
      // The handshake of the gateway's own, where it makes one, counts as well.
      const received = upstream.received.slice(before)
      expect(received.map(({ headers }) => headers.authorization)).toEqual(
        received.map(() => wanted),
      )
      if (target === KEY_ELSEWHERE)
        expect(received.at(-1)?.headers['x-api-key']).toBe('Key the-key')
    }
  })

  test.each<[string, () => string, string | undefined]>([
    ['no token under an optional policy', OPTIONAL, undefined],
    ['a bad token under a permissive policy', PERMISSIVE, 'Bearer dead'],
  ])('%s and passthrough: nothing [CALL-5]', async (_, policies, authorization) => {
    await using gateway = await startTestGateway(
      configuration([{ policies: policies(), backend: httpTarget(upstream.url, PASS) }]),
    )
    const headers = authorization === undefined ? {} : { authorization }
    const answer = await send(gateway.url, messageRequest(METHODS.initialize, headers))
    expect(answer.resume().statusCode).toBe(200)
    expect(upstream.received.at(-1)?.headers.authorization).toBeUndefined()
  })

  test('a token that is read from another header: it stays here [CALL-5]', async () => {
    await using gateway = await startTestGateway(
      configuration([{ policies: BY_HEADER(), backend: httpTarget(upstream.url) }]),
    )
    const headers = { 'x-token': await identity.token(gateway.url), authorization: 'Bearer other' }
    const answer = await send(gateway.url, messageRequest(METHODS.initialize, headers))
    expect(answer.resume().statusCode).toBe(200)
    expect(upstream.received.at(-1)?.headers).not.toHaveProperty('x-token')
    expect(upstream.received.at(-1)?.headers).not.toHaveProperty('authorization')
  })
})

test('a server that refuses the credential of the gateway does not make clients log in again [CALL-6]', async () => {
  const strict = await startRecordingServer((_request, response) => {
    response.writeHead(401, { 'www-authenticate': 'Bearer realm="inner"' }).end()
  })
  await using gateway = await startTestGateway(
    configuration([{ policies: PROTECTED(), backend: httpTarget(strict.url, KEY) }]),
  )
  const bearer = await identity.bearer(gateway.url)
  const answer = await send(gateway.url, messageRequest(METHODS.initialize, bearer))
  expect(answer.resume().statusCode).toBe(502)
  expect(answer.headers['www-authenticate']).toBeUndefined()
  await strict.close()
})

test('cookies and forwarding headers of the client are not taken for those of the gateway [EDGE-12]', async () => {
  await using gateway = await startTestGateway(
    configuration([{ policies: PROTECTED(), backend: httpTarget(upstream.url) }]),
  )
  const bearer = await identity.bearer(gateway.url)
  const claims = {
    'x-forwarded-for': '203.0.113.9',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
  }
  const answer = await send(
    gateway.url,
    messageRequest(METHODS.initialize, { ...bearer, ...claims }),
  )
  expect(answer.resume().statusCode).toBe(200)
  expect(upstream.received.at(-1)?.headers).toMatchObject({
    'x-forwarded-for': '127.0.0.1',
    'x-forwarded-host': new URL(gateway.url).host,
    'x-forwarded-proto': 'http',
    host: new URL(upstream.url).host,
  })
})
