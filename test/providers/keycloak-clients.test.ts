import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type DocumentHost, startDocumentHost } from '../authserver/document-host.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { KINDS, type Kind, logInAndConnect } from '../support/client.ts'
import { ask } from '../support/http.ts'
import { startProxy } from './gateway.ts'
import { clientsOf, issuerOf } from './keycloak.ts'
import { createKeycloakPerson, type KeycloakPersonOptions } from './keycloak-person.ts'

const issuer = issuerOf('mcp')
const CALL = { name: 'test_simple_text', arguments: {} }
const REDIRECT_URI = 'http://127.0.0.1:33418/callback'
const DOCUMENT = '/client.json'
const ASK = expect.stringContaining('Let ')
const SIGN_IN = 'Sign in to your account'
const GRANT = expect.stringContaining('Grant Access')

let upstream: EverythingServer
let documents: DocumentHost

beforeAll(async () => {
  upstream = await startEverythingServer()
  documents = await startDocumentHost()
  documents.documents.set(DOCUMENT, {
    client_id: documents.origin + DOCUMENT,
    client_name: 'A client with a document',
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
  })
})
afterAll(async () => {
  await upstream.close()
  await documents.close()
})

const provider = 'provider: {keycloak: {}}, resourceMetadata: {scopesSupported: ["read:all"]}'
const ownClient = 'clientId: portcullis, clientSecret: portcullis-secret'

type Way = {
  readonly name: string
  readonly policy: string
  readonly person: () => KeycloakPersonOptions
  /** What the client knows before it begins. */
  readonly client?: { readonly client_id: string; readonly client_secret?: string }
  /** The pages of a login, in order. */
  readonly pages: readonly unknown[]
}

const ways: readonly Way[] = [
  {
    name: 'registration, a client at Keycloak each',
    policy: provider,
    person: () => ({}),
    pages: [SIGN_IN, GRANT],
  },
  {
    name: 'registration, one client at Keycloak for all, registered by the gateway',
    policy: `${provider}, registration: {strategy: shared}`,
    person: () => ({}),
    pages: [ASK, SIGN_IN, GRANT],
  },
  {
    name: 'registration, one client at Keycloak for all, registered by hand',
    policy: `${provider}, ${ownClient}`,
    person: () => ({}),
    pages: [ASK, SIGN_IN],
  },
  {
    name: 'a client metadata document',
    policy: provider,
    person: () => ({ clientMetadataUrl: documents.origin + DOCUMENT }),
    pages: [ASK, SIGN_IN, GRANT],
  },
  {
    name: 'a client metadata document, a client at Keycloak registered by hand',
    policy: `${provider}, ${ownClient}`,
    person: () => ({ clientMetadataUrl: documents.origin + DOCUMENT }),
    pages: [ASK, SIGN_IN],
  },
  {
    name: 'a public client registered at the gateway by hand',
    policy: `${provider}, clients: [{id: desktop, redirectUris: ["${REDIRECT_URI}"], name: Desktop}]`,
    person: () => ({}),
    client: { client_id: 'desktop' },
    pages: [ASK, SIGN_IN, GRANT],
  },
  {
    name: 'a client with a secret registered at the gateway by hand, and the gateway at Keycloak too',
    policy: `${provider}, ${ownClient}, clients: [{id: desktop, secret: s3cret, redirectUris: ["${REDIRECT_URI}"]}]`,
    person: () => ({}),
    client: { client_id: 'desktop', client_secret: 's3cret' },
    pages: [ASK, SIGN_IN],
  },
]

const rows = ways.flatMap(way => KINDS.map(kind => [way.name, kind, way] as [string, Kind, Way]))

describe('login, call, refresh, call', () => {
  test.each(rows)('%s: %s', async (_name, kind, { policy, person: options, client, pages }) => {
    await using gateway = await startProxy(upstream.url, `issuer: "${issuer}", ${policy}`, {
      authorities: documents.ca,
    })
    const person = createKeycloakPerson(options())
    if (client !== undefined) person.saved.client = client
    const mcp = await logInAndConnect(kind, gateway.url, person)
    expect(await mcp.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.pages).toEqual(pages)
    const { tokens } = person.saved
    person.saved.tokens = { ...tokens, access_token: 'dead', token_type: 'Bearer' }
    expect(await mcp.callTool(CALL)).toMatchObject({ content: [{ type: 'text' }] })
    expect(person.authorizationUrls).toHaveLength(1)
    await mcp.close()
  })
})

describe('an authorization response', () => {
  test('names the issuer that the client discovered, not Keycloak [RELAY-19]', async () => {
    await using gateway = await startProxy(upstream.url, `issuer: "${issuer}", ${provider}`)
    const metadata = (
      await ask(`${gateway.origin}/.well-known/oauth-authorization-server/mcp`)
    ).json()
    expect(metadata).toMatchObject({
      issuer: gateway.url,
      authorization_response_iss_parameter_supported: true,
    })
    const person = createKeycloakPerson()
    const client = await logInAndConnect('v2 modern', gateway.url, person)
    await client.close()
    const again = createKeycloakPerson()
    again.authorizationUrls.push(new URL(person.authorizationUrls[0]?.href ?? ''))
    expect((await again.answer()).get('iss')).toBe(gateway.url)
  })

  test('says so when the user refuses at Keycloak', async () => {
    await using gateway = await startProxy(upstream.url, `issuer: "${issuer}", ${provider}`)
    const person = createKeycloakPerson({ refuses: true })
    await expect(logInAndConnect('v2 auto', gateway.url, person)).rejects.toThrow()
    const answer = await person.answer()
    expect(Object.fromEntries(answer)).toMatchObject({ error: 'access_denied', iss: gateway.url })
  })
})

test('Keycloak shows who asks, and where the answer goes, and users find it in their account', async () => {
  await using gateway = await startProxy(upstream.url, `issuer: "${issuer}", ${provider}`)
  const person = createKeycloakPerson({ redirectUri: 'http://127.0.0.1:41999/callback' })
  const client = await logInAndConnect('v2 auto', gateway.url, person)
  await client.close()
  expect(person.pages.at(-1)).toContain('Test client (127.0.0.1:41999)')
  const names = (await clientsOf('mcp')).map(({ name }) => name)
  expect(names).toContain('Test client (127.0.0.1:41999)')
})
