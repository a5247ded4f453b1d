import { expect } from 'vitest'
import type { DocumentHost } from '../authserver/document-host.ts'
import type { TestGateway } from '../support/gateway.ts'
import type { Answer } from '../support/http.ts'
import type { RecordedClient } from './recorded-client.ts'
import {
  type Discovered,
  discover,
  documented,
  type Identity,
  logInAs,
  type Person,
  refresh,
  register,
  registered,
  sendFirst,
  type Tokens,
  wireOf,
} from './replay.ts'
import { callTool } from './session.ts'
import type { Wire } from './wire.ts'

export type World = {
  readonly gateway: TestGateway
  /** For clients that are named by the URL of their metadata. */
  readonly documents: DocumentHost
  readonly person: Person
}

/** All that a client was seen to do: discovery, login, calls, refreshes, and what it does about a refused token. */
export async function replayClient(
  world: World,
  recorded: RecordedClient,
  kind: 'document' | 'registration',
): Promise<void> {
  const { gateway, person } = world
  const wire = wireOf(recorded)
  const found = await discover(wire, gateway.url, recorded)
  const identity = await identify(world, wire, found, recorded, kind)
  let tokens = await logInAs(wire, found, recorded, identity, person)
  await callTool(wire, gateway.url, recorded, tokens.access_token)

  const refused = await callWith(world, wire, recorded, 'dead')
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toMatch(/ scope=".*error="invalid_token"/)
  tokens = await indulge(world, wire, found, recorded, identity, tokens)

  for (let turn = 0; turn < recorded.refresh.inARow; turn++) {
    tokens = await refreshed(wire, found, recorded, identity, tokens)
  }
  await callTool(wire, gateway.url, recorded, tokens.access_token)
  if (recorded.renewal === 'refresh') return
  const next =
    recorded.renewal === 'login' ? identity : await identify(world, wire, found, recorded, kind)
  const renewed = await logInAs(wire, found, recorded, next, person)
  await callTool(wire, gateway.url, recorded, renewed.access_token)
}

async function identify(
  { documents }: World,
  wire: Wire,
  found: Discovered,
  recorded: RecordedClient,
  kind: 'document' | 'registration',
): Promise<Identity> {
  if (kind === 'registration') {
    if (recorded.habits.includes('registers to look around')) {
      await registered(wire, found, recorded)
    }
    return registered(wire, found, recorded)
  }
  expect(found.server.client_id_metadata_document_supported).toBe(true)
  const id = `${documents.origin}/client.json`
  documents.documents.set('/client.json', {
    client_id: id,
    client_name: recorded.name,
    redirect_uris: recorded.redirectUris.map(uri => uri.replace(':PORT', '')),
    token_endpoint_auth_method: 'none',
  })
  return documented(id, recorded)
}

/** One refresh, or several at a time, all with one token. */
async function refreshed(
  wire: Wire,
  found: Discovered,
  recorded: RecordedClient,
  identity: Identity,
  tokens: Tokens,
): Promise<Tokens> {
  const answers = await Promise.all(
    Array.from({ length: recorded.refresh.parallel }, () =>
      refresh(wire, found, recorded, identity, tokens),
    ),
  )
  for (const answer of answers) expect(answer.status, answer.body).toBe(200)
  const next = answers.at(-1)?.json() as Tokens
  expect(next.access_token).not.toBe(tokens.access_token)
  return { ...tokens, ...next }
}

function callWith(
  { gateway }: World,
  wire: Wire,
  { first, session }: RecordedClient,
  token: string,
): Promise<Answer> {
  const [request = { sends: 'initialize', headers: { 'content-type': 'application/json' } }] = first
  const authorization = { authorization: `Bearer ${token}` }
  return sendFirst(wire, gateway.url, request, session.protocol, authorization)
}

/** What some clients do beside all that; gives the newest tokens. */
async function indulge(
  { gateway }: World,
  wire: Wire,
  found: Discovered,
  recorded: RecordedClient,
  identity: Identity,
  tokens: Tokens,
): Promise<Tokens> {
  const { habits, headers } = recorded
  if (habits.includes('reads metadata with a dead token')) {
    for (const document of ['oauth-protected-resource', 'oauth-authorization-server']) {
      const place = `${gateway.origin}/.well-known/${document}/mcp`
      const answer = await wire.send(place, {
        headers: { ...headers, authorization: 'Bearer dead' },
      })
      expect(answer.status).toBe(200)
    }
  }
  if (habits.includes('discovers without its token')) {
    for (const request of recorded.first) {
      expect((await sendFirst(wire, gateway.url, request, '')).status).toBe(401)
    }
  }
  if (habits.includes('registers without redirect URIs')) {
    const answer = await register(wire, found, recorded, [])
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_redirect_uri' })
  }
  if (habits.includes('refreshes with another client')) {
    const other = await registered(wire, found, recorded)
    const answer = await refresh(wire, found, recorded, other, tokens)
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
    // The attempt has cost the rightful client nothing.
    return refreshed(wire, found, recorded, identity, tokens)
  }
  return tokens
}
