/** Turns the tables of the tests into `docs/compatibility.md`; a test compares the page. Values in, Markdown out. */

export type TestedProvider = {
  readonly title: string
  readonly name: string
  readonly tested: 'keycloak' | 'emulated' | 'documentation'
}

export type TestedClient = {
  readonly client: string
  readonly version: string
  /** What was run. */
  readonly ran: string
  /** Revisions of the protocol. */
  readonly protocols: readonly string[]
  /** How it says who it is. */
  readonly identities: readonly string[]
  /** Providers behind the gateway. */
  readonly providers: readonly string[]
}

export function compatibilityPage(
  providers: readonly TestedProvider[],
  clients: readonly TestedClient[],
): string {
  return `# What was tested with what

<!-- Made from the tables of the tests by \`npx vitest run test/repo/compatibility.test.ts --update\`. Do not edit. -->

\`.ci/run\` tests all of this at every change: discovery, login in a browser, calls of a tool, refresh of the token, and the login
again where a client does that. What to set up is in [providers.md](providers.md) and [clients.md](clients.md).

## Providers

${table(
  ['provider', '`provider`', 'what stands behind it'],
  Object.entries(BEHIND).flatMap(([tested, behind]) =>
    providers
      .filter(provider => provider.tested === tested)
      .map(({ title, name }) => [title, `\`${name}\``, behind]),
  ),
)}

## Clients

*Recorded requests* are those that the client was seen to send, in its order and with its headers and members, sent again by a test.

${table(
  ['client', 'version', 'what ran', 'protocol', 'says who it is by', 'provider'],
  clients.map(row => [
    row.client,
    row.version,
    row.ran,
    row.protocols.join(', '),
    row.identities.join(', '),
    row.providers.join(', '),
  ]),
)}
`
}

const BEHIND: Readonly<Record<TestedProvider['tested'], string>> = {
  keycloak: 'Keycloak 26.7.3',
  emulated:
    'emulated: an OpenID Connect provider under the names and with the quirks of this one; each quirk has a test',
  documentation: 'its documentation only: not tested',
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
