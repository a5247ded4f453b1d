import { expect, test } from 'vitest'
import { problems, type Row, withPolicies } from './read.ts'

const AUTH = `mcpAuthentication:
  issuer: http://idp.example`

const POLICIES = 'binds[0].listeners[0].routes[0].policies'

const policies: readonly Row[] = [
  [
    'cors with credentials for all [CFG-12]',
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
    'mcpGuardrails: {}',
    [`error: c.yaml:9:9 ${POLICIES}.mcpGuardrails: mcpGuardrails is not supported yet. Remove it`],
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
    'patterns of clients and redirect URIs that nothing can match, or anything',
    `${AUTH}\n  provider: keycloak\n  registration: {allowClients: ['!'], allowRedirects: ['https://claude.ai*', '*', '/callback']}`,
    [
      `error: c.yaml:12:41 ${POLICIES}.mcpAuthentication.registration.allowClients[0]: expected a host name such as claude.ai, *.example.com or !evil.example, without port, got "!"`,
      ...[
        ['64', 0, 'https://claude.ai*'],
        ['86', 1, '*'],
        ['91', 2, '/callback'],
      ].map(
        ([column, index, got]) =>
          `error: c.yaml:12:${column} ${POLICIES}.mcpAuthentication.registration.allowRedirects[${index}]: expected a redirect URI, or the beginning of some with * at the end: https://host/*, http://localhost:* or scheme://*, got "${got}"`,
      ),
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

test.each(policies)('%s', (_, text, said) => {
  expect(problems(withPolicies(text)).filter(line => line.startsWith('error'))).toEqual(said)
})
