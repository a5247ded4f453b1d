import type { Requirement } from './requirement.ts'

/** Metadata, challenges and tokens: what makes an MCP server an OAuth resource server. */
export const resourceServer: readonly Requirement[] = [
  // Protected resource metadata
  {
    id: 'META-1',
    behaviour:
      '`/.well-known/oauth-protected-resource{path}` is served for every protected route without extra matches',
    source: 'RFC 9728 §3.1',
  },
  {
    id: 'META-2',
    behaviour: 'It is served at the path of the route and at the path of `resource`',
    source: 'RFC 9728 §3.1',
  },
  {
    id: 'META-3',
    behaviour: 'The root form is served when one protected resource lives on the host',
    source: 'RFC 9728 §3.1',
  },
  {
    id: 'META-4',
    behaviour: 'GET, HEAD and OPTIONS are answered with CORS for any origin; other methods 405',
    source: 'RFC 9728 §3.1',
  },
  {
    id: 'META-5',
    behaviour:
      'The document has `resource`, `authorization_servers`, `scopes_supported` and `bearer_methods_supported`',
    source: 'RFC 9728 §2',
  },
  {
    id: 'META-6',
    behaviour:
      'Every configured key of `resourceMetadata` appears in snake_case, its value as given',
    source: 'RFC 9728 §2',
  },
  {
    id: 'META-7',
    behaviour: '`resource` is the public URL of the route where none is configured',
    source: 'RFC 9728 §3.3',
  },
  {
    id: 'META-8',
    behaviour:
      'The document is answered 200 whatever Authorization, Accept, User-Agent or protocol version comes with the request',
    source: 'docs/clients.md',
  },
  {
    id: 'META-9',
    behaviour:
      '`offline_access` in the scopes, and `query` or `body` as bearer methods, are published with a warning',
    source: 'RFC 9700 §4.3.2',
  },
  {
    id: 'META-10',
    behaviour: 'A `resource` that fits no route or listener gets a warning',
    source: 'docs/troubleshooting.md',
  },
  // Challenge
  {
    id: 'CHAL-1',
    behaviour:
      'Every method without a valid token gets 401, before method, Accept, version or body are looked at',
    source: 'MCP 2025-11-25 authorization, Token Requirements',
  },
  {
    id: 'CHAL-2',
    behaviour: '`WWW-Authenticate` names `resource_metadata` and the scopes',
    source: 'RFC 9728 §5.1',
  },
  {
    id: 'CHAL-3',
    behaviour:
      'Without a token there is no `error`; with a refused one there is `invalid_token` and the reason',
    source: 'RFC 6750 §3.1',
  },
  {
    id: 'CHAL-4',
    behaviour:
      'The reason says what was got and wanted (audience, issuer, expiry, key) and never holds a token',
    source: 'RFC 6750 §3',
  },
  {
    id: 'CHAL-5',
    behaviour: 'Quoted values have the characters that RFC 6750 allows and at most 120 of them',
    source: 'RFC 6750 §3',
  },
  {
    id: 'CHAL-6',
    behaviour: 'The scope of the challenge never holds `offline_access`',
    source: 'SEP-2207',
  },
  {
    id: 'CHAL-7',
    behaviour:
      'The 401 has a JSON body for people and is readable across origins where `cors` says so',
    source: 'docs/clients.md',
  },
  {
    id: 'CHAL-8',
    behaviour: '`MCP-Protocol-Version` is never required of a client of the session era',
    source: 'MCP 2025-11-25 transports, Protocol Version Header',
  },
  {
    id: 'CHAL-9',
    behaviour:
      'A route can say status, headers and body of its refusals; a WWW-Authenticate among them is read and written again by the gateway',
    source: 'docs/kubernetes.md',
  },
  // Tokens
  {
    id: 'TOKEN-1',
    behaviour:
      'Tokens signed with RS256/384/512, PS256/384/512, ES256/384/512 or EdDSA are accepted',
    source: 'RFC 7518 §3.1',
  },
  {
    id: 'TOKEN-2',
    behaviour: '`alg: none` is refused',
    source: 'RFC 8725 §3.1',
  },
  {
    id: 'TOKEN-3',
    behaviour: 'An HMAC over the public key is refused',
    source: 'RFC 8725 §2.1',
  },
  {
    id: 'TOKEN-4',
    behaviour: 'A token of another key with a known `kid` is refused',
    source: 'RFC 7515 §5.2',
  },
  {
    id: 'TOKEN-5',
    behaviour: '`iss` is compared exactly',
    source: 'RFC 9068 §4',
  },
  {
    id: 'TOKEN-6',
    behaviour:
      '`aud`, string or array, must hold this resource or a configured audience; a prefix of it is not enough',
    source: 'RFC 8707 §2',
  },
  {
    id: 'TOKEN-7',
    behaviour: 'Audiences are compared without regard to a trailing slash and a default port',
    source: 'RFC 3986 §6.2.3',
  },
  {
    id: 'TOKEN-8',
    behaviour: 'A token without `aud` is refused',
    source: 'RFC 9068 §4',
  },
  {
    id: 'TOKEN-9',
    behaviour: '`exp` is required and checked with a small leeway',
    source: 'RFC 9068 §4',
  },
  {
    id: 'TOKEN-10',
    behaviour: '`nbf` in the future is refused',
    source: 'RFC 7519 §4.1.5',
  },
  {
    id: 'TOKEN-11',
    behaviour: 'ID tokens and refresh tokens are refused',
    source: 'RFC 9068 §4',
  },
  {
    id: 'TOKEN-12',
    behaviour: 'A very large or malformed token is refused without work, never with a fault',
    source: 'RFC 8725 §3',
  },
  {
    id: 'TOKEN-13',
    behaviour: 'The scheme is compared without regard to case',
    source: 'RFC 9110 §11.1',
  },
  {
    id: 'TOKEN-14',
    behaviour: 'A token in the query is never read unless `authorizationLocation` says so',
    source: 'RFC 9700 §4.3.2',
  },
  {
    id: 'TOKEN-15',
    behaviour: 'Two Authorization headers are refused',
    source: 'RFC 6750 §2',
  },
  {
    id: 'TOKEN-16',
    behaviour:
      'A verified token is remembered until it expires, its key disappears or the policy changes',
    source: 'ARCHITECTURE.md',
  },
  {
    id: 'TOKEN-17',
    behaviour: 'Claims that `requiredClaims` names have to be there',
    source: 'docs/configuration.md',
  },
  {
    id: 'TOKEN-18',
    behaviour: 'Tokens for other resources are taken only where `uncheckedAudience` says so',
    source: 'docs/kubernetes.md',
  },
  {
    id: 'TOKEN-19',
    behaviour:
      'What is exempt from authentication reaches plain HTTP backends and never an MCP server, and what cannot be evaluated is not exempt',
    source: 'docs/kubernetes.md',
  },
  // Key sets
  {
    id: 'KEYS-1',
    behaviour:
      "Keys come from `jwks` (URL, file, inline), `jwksUrl`, or the issuer's metadata in every form in use",
    source: 'RFC 8414 §3.1',
  },
  {
    id: 'KEYS-2',
    behaviour: 'An unknown `kid` causes one fetch, then a cool-down',
    source: 'RFC 7517 §4.5',
  },
  {
    id: 'KEYS-3',
    behaviour: 'Keys are kept while the provider is down',
    source: 'docs/operations.md',
  },
  {
    id: 'KEYS-4',
    behaviour:
      'Where no key was ever fetched a token gets 503 with `Retry-After`, no token gets 401 as always',
    source: 'RFC 9110 §15.6.4',
  },
  {
    id: 'KEYS-5',
    behaviour:
      'Key sets live between 60 seconds and 24 hours by Cache-Control, 10 minutes where it says nothing',
    source: 'RFC 9111 §5.2.2',
  },
  {
    id: 'KEYS-6',
    behaviour: 'One key that cannot be used does not spoil the set',
    source: 'RFC 7517 §5',
  },
  {
    id: 'KEYS-7',
    behaviour:
      'With a provider, a `jwksUrl` that serves no key set is replaced by the discovered one, with a warning',
    source: 'docs/keycloak.md',
  },
  {
    id: 'KEYS-8',
    behaviour: 'The gateway starts while the provider is down',
    source: 'docs/operations.md',
  },
  // Modes
  {
    id: 'MODE-1',
    behaviour:
      '`strict`: no token or a bad one is 401. `optional`: a bad one is 401. `permissive`: a bad one is anonymous',
    source: 'docs/configuration.md',
  },
  {
    id: 'MODE-2',
    behaviour:
      'Resource server only: the metadata names the issuer, and no authorization-server document is served',
    source: 'RFC 9728 §2',
  },
  {
    id: 'MODE-3',
    behaviour:
      'Passthrough: Authorization, the 401 and the well-known documents of the server pass unchanged',
    source: 'docs/configuration.md',
  },
  {
    id: 'MODE-4',
    behaviour: 'Authorization-server proxy: the metadata names the gateway as the issuer',
    source: 'RFC 8414 §3.3',
  },
]
