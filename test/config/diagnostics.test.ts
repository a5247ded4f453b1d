import { describe, expect, test } from 'vitest'
import { problems, withBackends, withPolicies } from './read.ts'

/** What is written, and the whole of what is said about it. */
type Row = readonly [what: string, text: string, said: readonly string[]]

const AUTH = `mcpAuthentication:
  issuer: http://idp.example`

const document: readonly Row[] = [
  ['nothing', '', ['error: c.yaml:1:1: the configuration is empty. Begin with `mcp:` or `binds:`']],
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

const policies: readonly Row[] = [
  [
    'cors with credentials for all',
    "cors: {allowOrigins: ['*'], allowCredentials: true}",
    [
      `error: c.yaml:9:55 ${POLICIES}.cors.allowCredentials: allowCredentials and the origin '*' exclude each other. List the origins that may call`,
    ],
  ],
  [
    'an origin with a path',
    'cors: {allowOrigins: [https://a.example/x]}',
    [
      `error: c.yaml:9:31 ${POLICIES}.cors.allowOrigins[0]: expected an origin such as https://app.example or https://*.example, or '*', got "https://a.example/x"`,
    ],
  ],
  [
    'a policy that is planned',
    'mcpAuthorization: {rules: []}',
    [
      `error: c.yaml:9:9 ${POLICIES}.mcpAuthorization: mcpAuthorization is not supported yet. Remove it`,
    ],
  ],
  [
    'a policy that is outside',
    'a2a: {}',
    [`error: c.yaml:9:9 ${POLICIES}.a2a: a2a is outside of what Portcullis does. Remove it`],
  ],
  [
    'no issuer',
    'mcpAuthentication: {audiences: [a]}',
    [
      `error: c.yaml:9:9 ${POLICIES}.mcpAuthentication.issuer: is missing, expected an http or https URL without user name and fragment`,
    ],
  ],
  [
    'a bad mode',
    `${AUTH}\n  mode: strickt`,
    [
      `error: c.yaml:11:17 ${POLICIES}.mcpAuthentication.mode: expected one of strict, optional, permissive, got "strickt". Did you mean strict?`,
    ],
  ],
  [
    'a number where a list belongs',
    `${AUTH}\n  audiences: 1`,
    [`error: c.yaml:11:22 ${POLICIES}.mcpAuthentication.audiences: expected a list, got 1`],
  ],
  [
    'two spellings of one thing',
    `${AUTH}\n  audiences: [a]\n  audience: b`,
    [
      `error: c.yaml:12:21 ${POLICIES}.mcpAuthentication.audience: audiences and audience exclude each other. Give one of audiences, audience`,
    ],
  ],
  [
    'two providers',
    `${AUTH}\n  provider: {keycloak: {}, auth0: {}}`,
    [
      `error: c.yaml:11:21 ${POLICIES}.mcpAuthentication.provider: expected one provider such as {keycloak: {}}, got a mapping`,
    ],
  ],
  [
    'a misspelt provider',
    `${AUTH}\n  provider: keyclaok`,
    [
      `error: c.yaml:11:21 ${POLICIES}.mcpAuthentication.provider: the provider keyclaok is not supported. Did you mean keycloak?`,
    ],
  ],
  [
    'an option that the provider has not',
    `${AUTH}\n  provider: {keycloak: {realm: x}}`,
    [
      `error: c.yaml:11:40 ${POLICIES}.mcpAuthentication.provider.keycloak.realm: unknown option of the provider keycloak. It has initialAccessToken, audienceScope, resourceIndicators, offlineAccess`,
    ],
  ],
  [
    'a member of the proxy without provider',
    `${AUTH}\n  clientId: a`,
    [
      `error: c.yaml:11:21 ${POLICIES}.mcpAuthentication.clientId: clientId needs a provider: without one the gateway registers no clients. Add provider, such as provider: {keycloak: {}}`,
    ],
  ],
  [
    'a static strategy without client',
    `${AUTH}\n  provider: keycloak\n  registration: {strategy: static}`,
    [
      `error: c.yaml:11:21 ${POLICIES}.mcpAuthentication.provider: Keycloak does not register clients by itself here, and clientId is not given. Register a client at Keycloak and set clientId (and clientSecret)`,
    ],
  ],
  [
    'a location by expression',
    `${AUTH}\n  authorizationLocation: {expression: x}`,
    [
      `error: c.yaml:11:35 ${POLICIES}.mcpAuthentication.authorizationLocation.expression: expression is not supported yet. Remove it`,
    ],
  ],
  [
    'keys that are none',
    `${AUTH}\n  jwks: '{"keys": 1}'`,
    [
      `error: c.yaml:11:17 ${POLICIES}.mcpAuthentication.jwks: expected a JSON Web Key Set, got something else. It is JSON such as {"keys": [{"kty": "RSA", …}]}`,
    ],
  ],
  [
    'keys in a file that is not there',
    `${AUTH}\n  jwks: {file: keys.json}`,
    [
      `error: c.yaml:11:17 ${POLICIES}.mcpAuthentication.jwks: cannot read the file keys.json: it does not exist. Relative paths start at the folder of the configuration file`,
    ],
  ],
  [
    'metadata of the wrong type',
    `${AUTH}\n  resourceMetadata: {scopesSupported: 'read'}`,
    [
      `error: c.yaml:11:47 ${POLICIES}.mcpAuthentication.resourceMetadata.scopesSupported: expected a list of scopes without spaces in them`,
    ],
  ],
  [
    'two policies about tokens',
    `${AUTH}\njwtAuth: {mode: strict, issuer: http://idp.example}`,
    [
      `error: c.yaml:11:18 ${POLICIES}.jwtAuth: jwtAuth and mcpAuthentication exclude each other on one route. Keep mcpAuthentication for MCP servers`,
    ],
  ],
  [
    'an issuer that keys cannot be found of',
    'jwtAuth: {mode: strict, issuer: me}',
    [
      `error: c.yaml:9:41 ${POLICIES}.jwtAuth.issuer: keys cannot be found: the issuer is no URL and jwks is not given. Add jwks: {url: …} or jwks: {file: …}`,
    ],
  ],
  [
    'a duration without unit',
    `${AUTH}\ntimeout: {requestTimeout: 10}`,
    [
      `error: c.yaml:11:35 ${POLICIES}.timeout.requestTimeout: expected a duration such as 500ms, 30s, 10m or 1h, got 10`,
    ],
  ],
  [
    'a header with a line break',
    `${AUTH}\nrequestHeaderModifier: {set: {x-a: "a\\r\\nb"}}`,
    [
      `error: c.yaml:11:44 ${POLICIES}.requestHeaderModifier.set.x-a: expected a header value without line breaks and control characters`,
    ],
  ],
]

const TARGETS = `${AT}.backends[0].mcp.targets`
const target = (text: string) => `- mcp: {targets: [${text}]}`

const backends: readonly Row[] = [
  [
    'a name with the delimiter',
    target("{name: a_b, mcp: {host: 'http://h'}}"),
    [
      `error: c.yaml:7:32 ${TARGETS}[0].name: expected a name of lower-case letters, digits, - and ., got "a_b". _ and + stand between target and tool in the names that clients see`,
    ],
  ],
  [
    'no transport',
    target('{name: a}'),
    [`error: c.yaml:7:25 ${TARGETS}[0]: one of mcp, sse, stdio is needed, none is given`],
  ],
  [
    'two transports',
    target("{name: a, mcp: {host: 'http://h'}, stdio: {cmd: x}}"),
    [
      `error: c.yaml:7:67 ${TARGETS}[0].stdio: mcp and stdio exclude each other. Give one of mcp, sse, stdio`,
    ],
  ],
  [
    'a URL with a port beside it',
    target("{name: a, mcp: {host: 'http://h', port: 1}}"),
    [
      `error: c.yaml:7:65 ${TARGETS}[0].mcp.port: port does not go together with a URL. Write host: http://name:port/path, or host, port and path, or backend and path`,
    ],
  ],
  [
    'a host that is nothing',
    target('{name: a, mcp: {host: h}}'),
    [
      `error: c.yaml:7:47 ${TARGETS}[0].mcp.host: host is neither a URL nor is there a port. Write host: http://name:port/path, or host, port and path, or backend and path`,
    ],
  ],
  [
    'a password in a URL',
    target("{name: a, mcp: {host: 'http://me:pw@h'}}"),
    [
      `error: c.yaml:7:47 ${TARGETS}[0].mcp.host: expected an http or https URL without user name and fragment, or a host name. Give credentials with policies.backendAuth`,
    ],
  ],
  [
    'an unknown backend',
    target('{name: a, mcp: {backend: crm}}'),
    [
      `error: c.yaml:7:50 ${TARGETS}[0].mcp.backend: no backend is called crm. Add one with host: to the top-level backends`,
    ],
  ],
  [
    'two targets of one name',
    target('{name: a, stdio: {cmd: x}}, {name: a, stdio: {cmd: y}}'),
    [
      `error: c.yaml:7:60 ${TARGETS}[1].name: two targets of the route route0 are called a. Rename one: the name is the prefix of its tools`,
    ],
  ],
  [
    'policies of a child',
    target('{name: a, stdio: {cmd: x}, policies: {}}'),
    [
      `error: c.yaml:7:62 ${TARGETS}[0].policies: policies say what goes over HTTP, a stdio target has none of it`,
    ],
  ],
  [
    'a number as argument',
    target('{name: a, stdio: {cmd: x, args: [1]}}'),
    [
      `error: c.yaml:7:58 ${TARGETS}[0].stdio.args[0]: expected a string, got 1. Put it in quotes: "1"`,
    ],
  ],
  [
    'no targets',
    '- mcp: {targets: []}',
    [
      `error: c.yaml:7:24 ${TARGETS}: expected at least one target, got an empty list. Add a target, or failureMode: failOpen to serve an empty list`,
    ],
  ],
  [
    'a kind of target that is planned',
    target('{name: a, openapi: {}}'),
    [`error: c.yaml:7:35 ${TARGETS}[0].openapi: openapi is not supported yet. Remove it`],
  ],
  [
    'a kind of backend that is outside',
    '- ai: {}',
    [`error: c.yaml:7:9 ${AT}.backends[0].ai: ai is outside of what Portcullis does. Remove it`],
  ],
  [
    'two MCP backends',
    '- mcp: {targets: [{name: a, stdio: {cmd: x}}]}\n- host: h:1',
    [
      `error: c.yaml:8:9 ${AT}.backends[1]: a route has one MCP backend and no other. Put all MCP servers below \`targets\` of one mcp backend`,
    ],
  ],
  [
    'a host without port',
    '- host: h',
    [
      `error: c.yaml:7:15 ${AT}.backends[0].host: expected host:port such as localhost:8080, or a URL without path, got "h"`,
    ],
  ],
]

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
      `error: c.yaml:1:57 ${AT}: the route r has no backend. Add backends: with mcp: {targets: …} or host: name:port`,
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

describe('policies', () => {
  test.each(policies)('%s', (_, text, said) => {
    expect(problems(withPolicies(text)).filter(line => line.startsWith('error'))).toEqual(said)
  })
})

describe('backends', () => {
  test.each(backends)('%s', (_, text, said) => {
    expect(problems(withBackends(text)).filter(line => line.startsWith('error'))).toEqual(said)
  })
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
