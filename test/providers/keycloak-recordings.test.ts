import { afterAll, beforeAll, test } from 'vitest'
import { type DocumentHost, startDocumentHost } from '../authserver/document-host.ts'
import { recordings } from '../clients/recordings.ts'
import { replayClient } from '../clients/scenario.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { issuerOf } from './keycloak.ts'
import { followLogin } from './keycloak-person.ts'

let upstream: EverythingServer
let documents: DocumentHost

beforeAll(async () => {
  upstream = await startEverythingServer()
  documents = await startDocumentHost()
})
afterAll(async () => {
  await upstream.close()
  await documents.close()
})

/** The realm is strict: five minutes, and refresh tokens that can be used once. */
const policies = `{cors: {allowOrigins: ["http://localhost:6274"]}, mcpAuthentication: {${[
  `issuer: "${issuerOf('mcp')}"`,
  'provider: {keycloak: {}}',
  'resourceMetadata: {scopesSupported: ["read:all"]}',
].join(', ')}}}`

async function person(url: URL): Promise<URL> {
  const end = url.searchParams.get('redirect_uri') ?? ''
  const page = await followLogin(url.href, {}, [], target => target.href.startsWith(end))
  return page.url
}

const rows = recordings.flatMap(recorded =>
  recorded.identities.map(kind => [recorded.name, recorded.version, kind, recorded] as const),
)

test.each(rows)(
  '%s %s, by %s: login, calls, refreshes',
  async (_name, _version, kind, recorded) => {
    const yaml = configuration([{ policies, backend: httpTarget(upstream.url) }])
    await using gateway = await startTestGateway(yaml, { authorities: documents.ca })
    await replayClient({ gateway, documents, person }, recorded, kind)
  },
)
