import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { KINDS, logInAndConnect } from '../support/client.ts'
import { post } from '../support/http.ts'
import { startProxy } from './gateway.ts'
import {
  addAudienceScope,
  administer,
  changePolicy,
  createInitialAccessToken,
  issuerOf,
} from './keycloak.ts'
import { createKeycloakPerson } from './keycloak-person.ts'

/** A new realm with one user; the tests change it, in this order, only as the guide says. */
const issuer = issuerOf('plain')
const CALL = { name: 'test_simple_text', arguments: {} }
const PLAIN = `issuer: "${issuer}", provider: {keycloak: {}}`
const BODY = JSON.stringify({ redirect_uris: ['http://127.0.0.1:33418/callback'] })

let upstream: EverythingServer

beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())

async function register(gateway: { readonly url: string }): Promise<{
  readonly status: number
  readonly body: Readonly<Record<string, string>>
}> {
  const answer = await fetch(`${gateway.url}/register`, { method: 'POST', body: BODY })
  return { status: answer.status, body: (await answer.json()) as Record<string, string> }
}

describe('where registration is closed', () => {
  test('client and operator are told which policy to change', async () => {
    await using gateway = await startProxy(upstream.url, PLAIN)
    const { status, body } = await register(gateway)
    expect(status).toBe(400)
    expect(body.error).toBe('invalid_client_metadata')
    expect(body.error_description).toContain("Policy 'Trusted Hosts' rejected")
    expect(body.error_description).toContain('Clients > Client registration')
    const line = await gateway.logged(/refused to register a client/)
    expect(line.msg).toContain('Trusted Hosts')
    expect(line.answer).toContain("Policy 'Trusted Hosts' rejected")
  })

  test('an initial access token opens it, and the gateway asks the user itself', async () => {
    const token = await createInitialAccessToken('plain')
    await using gateway = await startProxy(
      upstream.url,
      `${PLAIN}, registration: {initialAccessToken: "${token}"}`,
    )
    const person = createKeycloakPerson()
    const client = await logInAndConnect('v2 auto', gateway.url, person)
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.pages[0]).toContain('Let Test client in?')
    await client.close()
  })
})

describe('after "Trusted Hosts" lists the gateway', () => {
  beforeAll(() =>
    changePolicy('plain', 'Trusted Hosts', { 'trusted-hosts': ['localhost', '127.0.0.1'] }),
  )

  test.each(KINDS)('%s: login without an audience mapper, call, refresh, call', async kind => {
    await using gateway = await startProxy(upstream.url, PLAIN)
    const person = createKeycloakPerson()
    const client = await logInAndConnect(kind, gateway.url, person)
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.saved.tokens?.access_token).toMatch(/^pcat_/)
    person.saved.tokens = { ...person.saved.tokens, access_token: 'dead', token_type: 'Bearer' }
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.saved.tokens?.access_token).toMatch(/^pcat_/)
    await client.close()
  })

  test('a sealed token is worth nothing at another gateway, and what is in it nothing anywhere', async () => {
    await using gateway = await startProxy(upstream.url, PLAIN)
    await using other = await startProxy(upstream.url, PLAIN)
    const person = createKeycloakPerson()
    const client = await logInAndConnect('v2 auto', gateway.url, person)
    await client.close()
    const authorization = `Bearer ${person.saved.tokens?.access_token}`
    expect((await post(gateway.url, {}, { authorization })).status).not.toBe(401)
    expect((await post(other.url, {}, { authorization })).status).toBe(401)
  })

  test('offline_access is given to whoever asks for it', async () => {
    await using gateway = await startProxy(upstream.url, PLAIN)
    const person = createKeycloakPerson({ scope: 'openid offline_access' })
    const client = await logInAndConnect('v2 auto', gateway.url, person)
    expect(person.saved.tokens?.scope?.split(' ')).toContain('offline_access')
    await client.close()
  })

  test('with an audience mapper and audienceScope the client gets the token of Keycloak', async () => {
    await addAudienceScope('plain', 'mcp-resource', 'mcp-resource', 'optional')
    await using gateway = await startProxy(
      upstream.url,
      `issuer: "${issuer}", provider: {keycloak: {audienceScope: mcp-resource}}, audiences: [mcp-resource]`,
    )
    const person = createKeycloakPerson()
    const client = await logInAndConnect('v2 auto', gateway.url, person)
    expect(await client.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.saved.tokens?.access_token).toMatch(/^ey/)
    await client.close()
  })

  test('a client that Keycloak has lost registers again', async () => {
    await using gateway = await startProxy(upstream.url, PLAIN)
    const person = createKeycloakPerson()
    const client = await logInAndConnect('v2 auto', gateway.url, person)
    await client.close()
    const clients = (await administer('GET', '/plain/clients')) as readonly {
      readonly id: string
      readonly name?: string
    }[]
    for (const { id, name } of clients) {
      if (name?.startsWith('Test client')) await administer('DELETE', `/plain/clients/${id}`)
    }
    const old = person.saved.client?.client_id
    person.saved.tokens = { ...person.saved.tokens, access_token: 'dead', token_type: 'Bearer' }
    const again = await logInAndConnect('v2 auto', gateway.url, person)
    expect(await again.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.saved.client?.client_id).not.toBe(old)
    await again.close()
  })
})

test('a realm that is full says so, and which policy to change', async () => {
  await changePolicy('plain', 'Max Clients Limit', { 'max-clients': ['1'] })
  await using gateway = await startProxy(upstream.url, PLAIN)
  const { body } = await register(gateway)
  expect(body.error_description).toContain('Max Clients Limit')
})
