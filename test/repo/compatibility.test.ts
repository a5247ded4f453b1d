import { expect, test } from 'vitest'
import { compatibilityPage, type TestedClient } from '../../scripts/compatibility.ts'
import { profiles } from '../../src/providers/index.ts'
import { javaSdk, recordings } from '../clients/recordings.ts'
import { programs } from '../providers/programs.ts'
import { read } from './tree.ts'

const packages = JSON.parse(read('package.json')).devDependencies as Record<string, string>

const KEYCLOAK = 'Keycloak 26.7.3'
const DEVELOPMENT = 'oidc-provider'
/** test/emulations */
const EMULATED = 'each emulated provider'
const IDENTITIES = { document: 'metadata document', registration: 'registration' }

/** The official libraries, in every mode; see `KINDS` in test/support/client.ts. */
const libraries: readonly TestedClient[] = [
  ['SDK v1', '@modelcontextprotocol/sdk', '2025-11-25'],
  ['SDK v2', '@modelcontextprotocol/client', '2025-11-25, 2026-07-28'],
].map(([client = '', name = '', protocol = '']) => ({
  client: `TypeScript ${client}`,
  version: packages[name] ?? '',
  ran: 'the library',
  protocols: [protocol],
  identities: ['registration', 'metadata document', 'an id given by hand (Keycloak)'],
  providers: [KEYCLOAK, DEVELOPMENT, EMULATED],
}))

const replayed: readonly TestedClient[] = recordings.map(recorded => ({
  client: recorded.name,
  version: recorded.version,
  ran: 'recorded requests',
  protocols: [recorded.session.protocol],
  identities: recorded.identities.map(identity => IDENTITIES[identity]),
  providers: [KEYCLOAK, DEVELOPMENT],
}))

const real: readonly TestedClient[] = programs.map(({ title, program, ...row }) => ({
  client: title,
  version: program.version,
  ...row,
  providers: [KEYCLOAK],
}))

const java: TestedClient = {
  client: javaSdk.name,
  version: javaSdk.version,
  ran: 'recorded requests',
  protocols: [javaSdk.session.protocol],
  identities: ['nothing: its program gives it tokens'],
  providers: [DEVELOPMENT],
}

test('docs/compatibility.md is what the tables of the tests say', async () => {
  const rows = Object.values(profiles)
  await expect(
    compatibilityPage(rows, [...libraries, ...real, ...replayed, java]),
  ).toMatchFileSnapshot('../../docs/compatibility.md')
})

test('what is named there as a version of Keycloak is the one that the tests start', () => {
  expect(KEYCLOAK).toBe(
    `Keycloak ${/^version=(.*)$/m.exec(read('scripts/keycloak/server.sh'))?.[1]}`,
  )
})

test('the programs are the ones that are installed', () => {
  const script = read('scripts/clients.sh')
  for (const { program } of programs) {
    expect(script).toContain(`fetch ${program.name}-${program.version} `)
  }
})
