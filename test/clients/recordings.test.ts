import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type IdentityProvider, startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { createLog } from '../../src/observe/log.ts'
import { type DocumentHost, startDocumentHost } from '../authserver/document-host.ts'
import { logIn } from '../dev/browser.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { configuration, httpTarget, type RouteParts } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import type { RecordedClient } from './recorded-client.ts'
import { javaSdk, recordings } from './recordings.ts'
import { discover, logInAs, type Person, registered, sendFirst } from './replay.ts'
import { replayClient } from './scenario.ts'
import { callTool } from './session.ts'
import { createWire } from './wire.ts'

let provider: IdentityProvider
let upstream: EverythingServer
let documents: DocumentHost
let gateway: TestGateway

beforeAll(async () => {
  const log = createLog({ level: 'silent', format: 'json' })
  provider = await startIdentityProvider({ port: 0, log })
  upstream = await startEverythingServer()
  documents = await startDocumentHost()
})
afterAll(async () => {
  await provider.close()
  await upstream.close()
  await documents.close()
})

const person: Person = url => logIn(url, 'alice')

/** Where clients that look at the root of a host find a document, and where they do not. */
const LAYOUTS: Readonly<Record<string, readonly string[]>> = {
  'alone on its host': ['/mcp'],
  'one of two servers on a host': ['/mcp', '/other/mcp'],
}

function route(path: string): RouteParts {
  return {
    match: `{path: {exact: ${path}}}`,
    policies: `{cors: {allowOrigins: ["http://localhost:6274"]}, mcpAuthentication: {${[
      `issuer: "${provider.issuer}"`,
      'provider: {oidc: {}}',
      'resourceMetadata: {scopesSupported: ["mcp:tools", "mcp:admin"]}',
    ].join(', ')}}}`,
    backend: httpTarget(upstream.url),
  }
}

const rows = recordings.flatMap(recorded =>
  recorded.identities.map(
    identity => [recorded.name, recorded.version, identity, recorded] as const,
  ),
)

describe.each(Object.entries(LAYOUTS))('%s', (_name, paths) => {
  beforeEach(async () => {
    gateway = await startTestGateway(configuration(paths.map(route)), { authorities: documents.ca })
  })
  afterEach(() => gateway.stop())

  test.each(rows)('%s %s, by %s: login, calls, refreshes', (_n, _v, kind, recorded) =>
    replayClient({ gateway, documents, person }, recorded, kind),
  )
})

test(`${javaSdk.name} ${javaSdk.version}: a program that gives it a token, and a new one when that is refused`, async () => {
  gateway = await startTestGateway(configuration([route('/mcp')]))
  const wire = createWire()
  for (const request of javaSdk.first) {
    const answer = await sendFirst(wire, gateway.url, request, javaSdk.session.protocol)
    expect(answer.status).toBe(401)
  }
  const source = recordings.find(({ name }) => name === 'mcp-go') as RecordedClient
  const found = await discover(wire, gateway.url, source)
  const identity = await registered(wire, found, source)
  const tokens = await logInAs(wire, found, source, identity, person)
  await callTool(wire, gateway.url, { ...javaSdk, habits: [] }, tokens.access_token)
  await gateway.stop()
})
