import { describe, expect, test } from 'vitest'
import { problems, type Row, withPolicies } from './read.ts'

const AUTH = `mcpAuthentication:
  issuer: http://idp.example`

const document: readonly Row[] = [
  [
    'nothing',
    '',
    ['error: c.yaml:1:1: there is nothing to listen on. Add `mcp:`, `binds:` or `gateways:`'],
  ],
  ['a list', '- a', ['error: c.yaml:1:1: expected a mapping, got a list']],
  [
    'nothing to listen on',
    'backends: [{name: a, host: "h:1"}]',
    [
      'error: c.yaml:1:12 backends[0]: there is nothing to listen on. Add `mcp:`, `binds:` or `gateways:`',
    ],
  ],
  [
    'a key given twice',
    'mcp: {targets: []}\nmcp: {targets: []}',
    ['error: c.yaml:2:1: the key mcp is already there. Remove one of the two'],
  ],
  [
    'a tab',
    'mcp:\n\ttargets: []',
    ['error: c.yaml:2:1: a tab is used for indentation. Use spaces'],
  ],
  [
    'two documents',
    'a: 1\n---\nb: 1',
    ['error: c.yaml:2:1: more than one document in the file. Remove the --- line'],
  ],
  [
    'an alias of itself',
    'mcp: &a {targets: *a}',
    ['error: c.yaml:1:19 mcp.targets: the alias *a stands for nothing or for itself'],
  ],
  ['a misspelt key', 'bind: []', ['error: c.yaml:1:1 bind: unknown key bind. Did you mean binds?']],
  [
    'an unknown key',
    'zebra: 1',
    [
      'error: c.yaml:1:1 zebra: unknown key zebra. Known are config, binds, gateways, routes, mcp, backends',
    ],
  ],
  [
    'what is planned',
    'tcpRoutes: []\nui: {}',
    [
      'error: c.yaml:1:1 tcpRoutes: tcpRoutes is not supported yet. Remove it',
      'error: c.yaml:2:1 ui: ui is not supported yet. Remove it',
    ],
  ],
  [
    'what is outside',
    'llm: {}',
    ['error: c.yaml:1:1 llm: llm is outside of what Portcullis does. Remove it'],
  ],
  [
    'a variable that is not set',
    `mcp: {targets: [{name: $NAME, mcp: {host: "\${HOST}"}}]}`,
    [
      `error: c.yaml:1:24 mcp.targets[0].name: the environment variable NAME is not set. Set it, give a default as in \${NAME:-value}, or write $$ for a dollar sign`,
      `error: c.yaml:1:43 mcp.targets[0].mcp.host: the environment variable HOST is not set. Set it, give a default as in \${HOST:-value}, or write $$ for a dollar sign`,
    ],
  ],
  [
    'a variable without end',
    `config: {session: {key: "\${KEY"}}`,
    [
      `error: c.yaml:1:25 config.session.key: a dollar sign and a brace begin a variable, which has no end here. Write \${NAME} or \${NAME:-default}, and $$ for a dollar sign`,
    ],
  ],
]

const AT = 'binds[0].listeners[0].routes[0]'
const POLICIES = `${AT}.policies`

const listeners: readonly Row[] = [
  [
    'a port out of range',
    'binds: [{port: 70000, listeners: [{}]}]',
    ['error: c.yaml:1:16 binds[0].port: expected a whole number from 0 to 65535, got 70000'],
  ],
  [
    'HTTPS without certificate',
    'binds: [{port: 1, listeners: [{protocol: HTTPS}]}]',
    [
      'error: c.yaml:1:42 binds[0].listeners[0].protocol: HTTPS needs tls. Add tls: {cert: FILE, key: FILE}',
    ],
  ],
  [
    'a route without backend',
    "binds: [{port: 1, address: '::1', listeners: [{routes: [{name: r}]}]}]",
    [
      `error: c.yaml:1:57 ${AT}: the route r has no backend. Add backends: with mcp: {targets: …} or host: name:port, or requestRedirect`,
    ],
  ],
  [
    'a protocol that is planned',
    'binds: [{port: 1, listeners: [{protocol: TCP}]}]',
    [
      'error: c.yaml:1:42 binds[0].listeners[0].protocol: expected HTTP or HTTPS, got "TCP". TLS, TCP and HBONE listeners are not supported yet',
    ],
  ],
  [
    'a policy beside routes',
    'binds: [{port: 1, listeners: [{mcpAuthentication: {}}]}]',
    [
      'error: c.yaml:1:32 binds[0].listeners[0].mcpAuthentication: unknown key mcpAuthentication. mcpAuthentication belongs below `policies` of a route',
    ],
  ],
  [
    'a gateway that does not exist',
    'gateways: {edge: {port: 1}}\nroutes: [{gateways: egde, backends: [{host: "h:1"}]}]',
    [
      'error: c.yaml:2:21 routes[0].gateways: the route route0 names the gateway egde, which does not exist. Did you mean edge?',
      'warning: c.yaml:1:18 gateways.edge: the listener edge has no routes: it answers 404',
    ],
  ],
  [
    'a regular expression that RE2 has not',
    "mcp: {port: 1, targets: []}\nroutes: [{matches: [{path: {regex: '(?=a)'}}]}]",
    [
      'error: c.yaml:2:36 routes[0].matches[0].path.regex: expected a regular expression in RE2 syntax, got "(?=a)"',
    ],
  ],
  [
    'a short session key',
    "config: {session: {key: abc}, adminAddr: 'x'}",
    [
      'error: c.yaml:1:42 config.adminAddr: expected host:port such as localhost:15000 or [::]:15020, or off, got "x"',
    ],
  ],
]

test.each(document)('%s', (_, text, said) => {
  expect(problems(text)).toEqual(said)
})

test.each(listeners)('%s', (_, text, said) => {
  expect(problems(text)).toEqual(said)
})

test('all problems are told at once, in the order of the text [CFG-3] [CFG-4] [CFG-5] [CFG-6]', () => {
  const text = `confg: {}
llm: {}
binds:
- port: nine
  listeners:
  - routes:
    - policies:
        retry: {}
        cors: {allowOrigin: ['*']}
`
  expect(problems(text)).toEqual([
    'error: c.yaml:1:1 confg: unknown key confg. Did you mean config?',
    'error: c.yaml:2:1 llm: llm is outside of what Portcullis does. Remove it',
    'error: c.yaml:4:9 binds[0].port: expected a whole number from 0 to 65535, got "nine"',
    `error: c.yaml:8:9 ${POLICIES}.retry: retry is not supported yet. Remove it`,
    `error: c.yaml:9:16 ${POLICIES}.cors.allowOrigin: unknown key allowOrigin. Did you mean allowOrigins?`,
  ])
})

describe('secrets never appear in diagnostics [CFG-9]', () => {
  const secrets: readonly string[] = [
    'config: {session: {key: 123456789}}',
    'config: {session: {key: [s3cret-123456789]}}\nmcp: {targets: []}',
    'mcp: {targets: [{name: a, stdio: {cmd: x, env: {TOKEN: 123456789}}}]}',
    'mcp: {targets: [{name: a, mcp: {host: "http://u:p123456789@h"}}]}',
    'mcp: {targets: [{name: "$PASSWORD", mcp: {host: "http://h"}}]}',
    'config: {publicUrl: "https://me:123456789@gw.example"}',
    withPolicies('requestHeaderModifier: {set: {x-key: 123456789}}'),
    withPolicies(`${AUTH}\n  provider: keycloak\n  clientId: a\n  clientSecret: 123456789`),
  ]
  test.each(secrets)('%s', text => {
    const said = problems(text, { environment: { PASSWORD: 'Hunter_123456789' } })
    expect(said.length).toBeGreaterThan(0)
    expect(said.join('\n')).not.toContain('123456789')
  })
})
