import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { connect, KINDS, logInAndConnect } from '../support/client.ts'
import type { TestGateway } from '../support/gateway.ts'
import { startProxy } from './gateway.ts'
import { issuerOf, requestToken } from './keycloak.ts'
import { createKeycloakPerson, type KeycloakPerson } from './keycloak-person.ts'

/** Access tokens live for five minutes here, and a refresh token that is used twice ends the login. */
const issuer = issuerOf('mcp')
const CALL = { name: 'test_simple_text', arguments: {} }
const PARALLEL = 30

let upstream: EverythingServer

beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())

const start = (): Promise<TestGateway> =>
  startProxy(upstream.url, `issuer: "${issuer}", provider: {keycloak: {}}`)

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> }

async function ask(
  gateway: TestGateway,
  endpoint: 'token' | 'revoke',
  form: Readonly<Record<string, string>>,
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/${endpoint}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return { status: response.status, body: (await response.json()) as Answer['body'] }
}

function refresh(gateway: TestGateway, person: KeycloakPerson, token: unknown): Promise<Answer> {
  return ask(gateway, 'token', {
    grant_type: 'refresh_token',
    client_id: person.saved.client?.client_id ?? '',
    refresh_token: String(token),
  })
}

async function loggedIn(gateway: TestGateway): Promise<KeycloakPerson> {
  const person = createKeycloakPerson()
  const client = await logInAndConnect('v2 auto', gateway.url, person)
  await client.close()
  // Five minutes, less what passes before Keycloak has made its answer.
  expect(person.saved.tokens?.expires_in).toBeGreaterThan(240)
  expect(person.saved.tokens?.expires_in).toBeLessThanOrEqual(300)
  return person
}

describe('refresh', () => {
  test(`${PARALLEL} at a time with one token all get the same answer, and the login goes on`, async () => {
    await using gateway = await start()
    const person = await loggedIn(gateway)
    const old = person.saved.tokens?.refresh_token
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, () => refresh(gateway, person, old)),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(PARALLEL).fill(200))
    expect(new Set(answers.map(({ body }) => body.access_token)).size).toBe(1)
    const next = await refresh(gateway, person, answers[0]?.body.refresh_token)
    expect(next.status).toBe(200)
    expect(next.body.access_token).not.toBe(answers[0]?.body.access_token)
  })

  test.each(KINDS)(`%s: ${PARALLEL} connections of one client with a dead token`, async kind => {
    await using gateway = await start()
    const person = createKeycloakPerson()
    const first = await logInAndConnect(kind, gateway.url, person)
    const { tokens } = person.saved
    person.saved.tokens = { ...tokens, access_token: 'dead', token_type: 'Bearer' }
    const others = await Promise.all(
      Array.from({ length: PARALLEL }, () => connect(kind, gateway.url, person)),
    )
    const all = [first, ...others]
    for (const answer of await Promise.all(all.map(client => client.callTool(CALL)))) {
      expect(answer).toMatchObject({ content: [{ type: 'text' }] })
    }
    expect(person.authorizationUrls).toHaveLength(1)
    await Promise.all(all.map(client => client.close()))
  })

  test('twice with one token ends the login at Keycloak, if nobody stands between', async () => {
    const login = await requestToken(issuer, {
      grant_type: 'password',
      client_id: 'admin-cli',
      username: 'alice',
      password: 'alice',
    })
    const refresh = (token: unknown) =>
      requestToken(issuer, {
        grant_type: 'refresh_token',
        client_id: 'admin-cli',
        refresh_token: String(token),
      })
    const first = await refresh(login.body.refresh_token)
    const second = await refresh(login.body.refresh_token)
    const newest = await refresh(first.body.refresh_token)
    expect([first.status, second.status, newest.status]).toEqual([200, 400, 400])
  })
})

describe('revocation', () => {
  test('of a refresh token ends the login', async () => {
    await using gateway = await start()
    const person = await loggedIn(gateway)
    const client_id = person.saved.client?.client_id ?? ''
    const token = person.saved.tokens?.refresh_token ?? ''
    expect((await ask(gateway, 'revoke', { client_id, token })).status).toBe(200)
    const after = await refresh(gateway, person, token)
    expect(after).toMatchObject({ status: 400, body: { error: 'invalid_grant' } })
  })

  test('of an access token is passed on', async () => {
    await using gateway = await start()
    const person = await loggedIn(gateway)
    const client_id = person.saved.client?.client_id ?? ''
    const token = person.saved.tokens?.access_token ?? ''
    expect((await ask(gateway, 'revoke', { client_id, token })).status).toBe(200)
  })
})
