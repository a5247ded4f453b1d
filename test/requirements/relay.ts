import type { Requirement } from './requirement.ts'

/** The authorization-server proxy. */
export const relay: readonly Requirement[] = [
  // Authorization-server proxy
  {
    id: 'RELAY-1',
    behaviour:
      "The metadata's `issuer` is the URL that the document's place implies, in every place where clients look",
    source: 'RFC 8414 §3.3',
  },
  {
    id: 'RELAY-2',
    behaviour:
      'It advertises S256, `none`, the registration endpoint and `iss` in authorization responses',
    source: 'RFC 9207 §3',
  },
  {
    id: 'RELAY-3',
    behaviour:
      '`scopes_supported` holds only what is configured or required, plus `offline_access` where there are refresh tokens',
    source: 'RFC 8414 §2',
  },
  {
    id: 'RELAY-4',
    behaviour: 'Registration is answered 201 with what was granted; unknown members are dropped',
    source: 'RFC 7591 §3.2.1',
  },
  {
    id: 'RELAY-5',
    behaviour:
      'Redirect URIs are https, loopback http or private-use schemes; no wildcards, fragments or scripts',
    source: 'RFC 8252 §7',
  },
  {
    id: 'RELAY-6',
    behaviour: 'Redirect URIs are compared exactly; on loopback the port is free',
    source: 'RFC 8252 §7.3',
  },
  {
    id: 'RELAY-7',
    behaviour: 'PKCE with S256 is required, and the verifier is checked by the gateway itself',
    source: 'RFC 7636 §4.6',
  },
  {
    id: 'RELAY-8',
    behaviour: 'An unknown client or redirect URI gets a page that says so, never a redirect',
    source: 'RFC 6749 §4.1.2.1',
  },
  {
    id: 'RELAY-9',
    behaviour: "The provider's `iss` is checked; the client gets the gateway's",
    source: 'RFC 9207 §2.4',
  },
  {
    id: 'RELAY-10',
    behaviour: '`state` is bound to the browser that started',
    source: 'RFC 6749 §10.12',
  },
  {
    id: 'RELAY-11',
    behaviour: 'A code is bound to its client, redirect URI and resource and lives 60 seconds',
    source: 'RFC 6749 §4.1.3',
  },
  {
    id: 'RELAY-12',
    behaviour:
      "Errors of the provider reach the client as OAuth errors, with its own `state` and the gateway's `iss`",
    source: 'RFC 6749 §4.1.2.1',
  },
  {
    id: 'RELAY-13',
    behaviour:
      '`resource` that is not this one is refused with `invalid_target`; none means this one',
    source: 'RFC 8707 §2',
  },
  {
    id: 'RELAY-14',
    behaviour:
      'A provider token for this resource is handed on as it is; another one only sealed to this resource',
    source: 'MCP 2025-11-25 authorization, Token Audience Binding and Validation',
  },
  {
    id: 'RELAY-15',
    behaviour: 'A provider token whose audience is not this resource is never accepted bare',
    source: 'MCP 2025-11-25 authorization, Token Audience Binding and Validation',
  },
  {
    id: 'RELAY-16',
    behaviour:
      'A sealed value never opens for another purpose, after its time or when it was altered',
    source: 'SECURITY.md',
  },
  {
    id: 'RELAY-17',
    behaviour: 'Refresh works through the gateway, and there is no ID token in an answer',
    source: 'RFC 6749 §6',
  },
  {
    id: 'RELAY-18',
    behaviour: 'Every endpoint answers browsers with CORS, errors too',
    source: 'Fetch, CORS protocol',
  },
  {
    id: 'RELAY-19',
    behaviour:
      'Official clients of both SDK generations log in, call a tool and refresh, with registration and with a client metadata document',
    source: 'MCP 2025-11-25 authorization, Authorization Flow Steps',
  },
  {
    id: 'RELAY-20',
    behaviour:
      'With the configuration of its example each provider lets official clients log in, call and refresh, and rules find user id, roles and scopes wherever that provider has them',
    source: 'docs/providers.md',
  },
  {
    id: 'RELAY-21',
    behaviour:
      "Revocation ends a client's own tokens at the provider and in the gateway's memory; those of other clients and other relays go nowhere",
    source: 'RFC 7009 §2.1',
  },
  {
    id: 'RELAY-23',
    behaviour:
      'A login that the provider refuses for a known reason says in its answer and in the log what the operator can change',
    source: 'docs/troubleshooting.md',
  },
  // What is not as it should be, at either side
  {
    id: 'ODD-1',
    behaviour: 'A registration whose body is no JSON object is refused with an OAuth error',
    source: 'RFC 7591 §3.2.2',
  },
  {
    id: 'ODD-2',
    behaviour:
      'Grants other than code and refresh token are refused, and the client of the gateway is not used for them',
    source: 'RFC 6749 §5.2',
  },
  {
    id: 'ODD-3',
    behaviour: 'Endpoints that take POST answer other methods with 405 and `Allow`',
    source: 'RFC 9110 §15.5.6',
  },
  {
    id: 'ODD-4',
    behaviour:
      'Metadata of a provider that is no object, or of another issuer, is not used, and the log says so',
    source: 'RFC 8414 §3.3',
  },
  {
    id: 'ODD-5',
    behaviour:
      'Each quirk of a provider is met by one member of its profile, without which logins fail',
    source: 'docs/providers.md',
  },
]
