import { afterAll, beforeAll, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { type DocumentHost, startDocumentHost } from '../authserver/document-host.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { KINDS, type Kind, logInAndConnect } from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { createPerson } from '../support/login.ts'

const PATH = '/client.json'

let provider: IdentityProvider
let upstream: EverythingServer
let documents: DocumentHost

beforeAll(async () => {
  documents = await startDocumentHost()
  documents.documents.set(PATH, {
    client_id: documents.origin + PATH,
    client_name: 'A client with a document',
    redirect_uris: ['http://127.0.0.1/callback'],
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
  })
  provider = await startIdentityProvider({
    port: 0,
    log: createLog({ level: 'silent', format: 'json' }),
    // The provider does not know the throw-away authority of the host, so it reads the same document here.
    fetch: async () => Response.json(documents.documents.get(PATH)),
  })
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await provider.close()
  await upstream.close()
  await documents.close()
})

const POLICIES = { 'resource server': '', 'authorization server proxy': ', provider: {oidc: {}}' }

const rows = Object.entries(POLICIES).flatMap(([mode, policy]) =>
  KINDS.map(kind => [kind, mode, policy] as [Kind, string, string]),
)

test.each(rows)(
  '%s, %s: a client that is named by the URL of its metadata logs in, calls and refreshes [RELAY-19]',
  async (kind, _mode, policy) => {
    await using gateway = await startTestGateway(
      configuration([
        {
          policies: `{mcpAuthentication: {issuer: "${provider.issuer}"${policy}}}`,
          backend: httpTarget(upstream.url),
        },
      ]),
      { authorities: documents.ca },
    )
    const clientMetadataUrl = documents.origin + PATH
    const person = createPerson({ clientMetadataUrl })
    const client = await logInAndConnect(kind, gateway.url, person)
    expect(person.authorizationUrls[0]?.searchParams.get('client_id')).toBe(clientMetadataUrl)
    expect(documents.requests.includes(PATH)).toBe(policy !== '')

    const call = { name: 'test_simple_text', arguments: {} }
    const answer = await client.callTool(call)
    const { tokens } = person.saved
    person.saved.tokens = { ...tokens, access_token: 'dead', token_type: 'Bearer' }
    expect(await client.callTool(call)).toMatchObject(answer as object)
    expect(person.saved.tokens?.access_token).not.toBe('dead')
    expect(person.authorizationUrls).toHaveLength(1)
    await client.close()
    documents.requests.length = 0
  },
)
