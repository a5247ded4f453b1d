/**
 * What the gateway promises, one sentence each, and where the promise comes from: a specification, or
 * the page of our documentation that makes it. A test that keeps a promise names its id in square
 * brackets in its title: `test('… [CHAL-3]', …)`. test/repo/requirements.test.ts compares the two.
 */
export type Requirement = {
  readonly id: string
  readonly behaviour: string
  /** `RFC n §n`, a page and section of the MCP specification, a SEP, or a file of this repository. */
  readonly source: string
}

export const requirements: readonly Requirement[] = [
  // Command line
  {
    id: 'CLI-1',
    behaviour: '`portcullis -f FILE` serves the file; `-` reads it from standard input',
    source: 'docs/configuration.md',
  },
  {
    id: 'CLI-2',
    behaviour:
      'Without arguments `./portcullis.yaml` is served; where there is none, the message names `demo` and `--help` and the exit code is 1',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-3',
    behaviour: '`--issuer … (--to URL or -- CMD ARGS…)` protects one server without a file',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-4',
    behaviour:
      '`--print-config` prints the YAML that the command line stands for, and that YAML means the same',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-5',
    behaviour:
      '`validate` prints all diagnostics and exits 0 or 1; `--json` prints them for machines',
    source: 'docs/configuration.md',
  },
  {
    id: 'CLI-6',
    behaviour: '`schema` prints the JSON Schema of the file',
    source: 'docs/configuration.md',
  },
  {
    id: 'CLI-7',
    behaviour:
      'Start-up prints listener, route, mode, provider, metadata URL and targets in aligned lines',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-8',
    behaviour:
      'SIGTERM and SIGINT: no new connections, running calls end within a bound, streams close, children stop, exit code 0',
    source: 'docs/operations.md',
  },
  {
    id: 'CLI-9',
    behaviour: 'A second signal exits at once',
    source: 'docs/operations.md',
  },
  {
    id: 'CLI-10',
    behaviour:
      'A port in use, a missing file, a command that does not exist: one sentence, exit code 1',
    source: 'docs/troubleshooting.md',
  },
  {
    id: 'CLI-11',
    behaviour:
      '`demo` needs nothing: identity provider, MCP server and gateway start, and it prints the MCP URL, the users and how to connect',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-12',
    behaviour: '`--port 0` takes free ports, and what is printed names them',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-13',
    behaviour: '`explain` says which rule decides and what each one says, and exits 0 or 3',
    source: 'docs/authorization.md',
  },
  {
    id: 'CLI-14',
    behaviour: '`validate` prints for every rule what it applies to',
    source: 'docs/authorization.md',
  },
  // Configuration
  {
    id: 'CFG-1',
    behaviour:
      '`binds`, the short `mcp` block and `gateways` with `routes` mean the same and can be mixed',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-2',
    behaviour:
      'Older spellings (`jwksUrl`, `audience`, `jwks` as a string, `Strict`) are understood',
    source: 'docs/agentgateway.md',
  },
  {
    id: 'CFG-3',
    behaviour:
      'All problems are reported at once, each with file, line, column, path, what was got and what was wanted',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-4',
    behaviour: 'A misspelt key is an error that names the nearest one',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-5',
    behaviour: 'A policy of agentgateway that is not supported is refused by name, never ignored',
    source: 'docs/agentgateway.md',
  },
  {
    id: 'CFG-6',
    behaviour:
      'What lies outside the project (`llm`, `ai`, `a2a` …) is refused with a sentence that says so',
    source: 'docs/agentgateway.md',
  },
  {
    id: 'CFG-7',
    behaviour:
      'Variables of the environment are expanded in string values after parsing, so that a value can never change the structure',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-8',
    behaviour: 'A secret may be given as a file; a missing variable or file is an error',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-9',
    behaviour: 'Secrets never appear in diagnostics, logs or dumps',
    source: 'SECURITY.md',
  },
  {
    id: 'CFG-10',
    behaviour:
      'A listener with certificate and key speaks TLS; several host names on one port are told apart by SNI',
    source: 'RFC 6066 §3',
  },
  {
    id: 'CFG-11',
    behaviour:
      'A port that is used twice is an error, two listeners for the same host name get a warning',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-12',
    behaviour: 'A `*` origin together with credentials in `cors` is an error',
    source: 'Fetch, CORS protocol and credentials',
  },
  {
    id: 'CFG-13',
    behaviour: 'An unprotected route that can be reached from other machines gets a warning',
    source: 'SECURITY.md',
  },
  {
    id: 'CFG-14',
    behaviour: 'Every YAML of the documentation and every file of examples/ loads',
    source: 'docs/configuration.md',
  },
  // Reload
  {
    id: 'RELOAD-1',
    behaviour: 'A change of the file, or of any file that it names, takes effect without a restart',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-2',
    behaviour:
      'Replacing the file by rename (editors) and by symlink swap (mounted ConfigMaps) is noticed',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-3',
    behaviour: 'An invalid configuration never replaces a valid one; its diagnostics are logged',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-4',
    behaviour: 'A request sees one configuration from its first byte to its last',
    source: 'SECURITY.md',
  },
  {
    id: 'RELOAD-5',
    behaviour: 'Running streams and sessions survive a reload that does not concern them',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-6',
    behaviour:
      'Under load no request fails because of a reload, and no file descriptor is left behind',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-7',
    behaviour: 'A new certificate is used by new connections without a restart',
    source: 'docs/operations.md',
  },
  // HTTP edge
  {
    id: 'EDGE-1',
    behaviour:
      'Routes match exact before longest prefix before regex, then method, headers, query; prefixes match whole segments',
    source: 'Gateway API HTTPRouteMatch',
  },
  {
    id: 'EDGE-2',
    behaviour:
      'The cost of finding a route by exact path or prefix does not grow with the number of routes',
    source: 'ARCHITECTURE.md',
  },
  {
    id: 'EDGE-3',
    behaviour: 'A CORS preflight is answered before authentication',
    source: 'Fetch, CORS-preflight request',
  },
  {
    id: 'EDGE-4',
    behaviour:
      'With a `cors` policy `Mcp-Session-Id` and `WWW-Authenticate` are exposed and the MCP request headers allowed',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'EDGE-5',
    behaviour: 'On loopback listeners a foreign Host is refused with 403 (DNS rebinding)',
    source: 'MCP 2025-11-25 transports, Security Warning',
  },
  {
    id: 'EDGE-6',
    behaviour: "A foreign Origin is refused with 403 unless the route's `cors` allows it",
    source: 'MCP 2025-11-25 transports, Security Warning',
  },
  {
    id: 'EDGE-7',
    behaviour: 'A body above the limit is answered 413, whether its length is announced or not',
    source: 'RFC 9110 §15.5.14',
  },
  {
    id: 'EDGE-8',
    behaviour: 'A client that sends its header or body too slowly is cut off',
    source: 'docs/operations.md',
  },
  {
    id: 'EDGE-9',
    behaviour: 'Hop-by-hop fields, also those that Connection names, are not forwarded',
    source: 'RFC 9110 §7.6.1',
  },
  {
    id: 'EDGE-10',
    behaviour:
      'Ambiguous message lengths (Transfer-Encoding with Content-Length, repeated Content-Length) never reach a backend',
    source: 'RFC 9112 §6.3',
  },
  {
    id: 'EDGE-11',
    behaviour: 'A client that goes away cancels the work upstream',
    source: 'docs/operations.md',
  },
  {
    id: 'EDGE-12',
    behaviour: 'X-Forwarded-* is believed only from `trustedProxies`',
    source: 'SECURITY.md',
  },
  {
    id: 'EDGE-13',
    behaviour: 'No request header chooses where a request or a token is sent',
    source: 'SECURITY.md',
  },
  {
    id: 'EDGE-14',
    behaviour: 'An upgrade (WebSocket) is answered 501',
    source: 'RFC 9110 §7.8',
  },
  {
    id: 'EDGE-15',
    behaviour:
      'A request that no route matches is answered 404; below the OAuth well-known paths as JSON with CORS',
    source: 'RFC 9728 §3',
  },
  {
    id: 'EDGE-16',
    behaviour: 'A plain HTTP backend gets and returns bodies as streams, under the same policies',
    source: 'docs/configuration.md',
  },
  {
    id: 'EDGE-17',
    behaviour:
      'Outbound requests have a deadline and a size limit and follow no redirect to another origin',
    source: 'SECURITY.md',
  },
  {
    id: 'EDGE-18',
    behaviour: 'A URL that a client can choose never reaches a private address',
    source: 'SECURITY.md',
  },
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
  // Calls to the MCP server
  {
    id: 'CALL-1',
    behaviour: 'Requests, notifications, responses and server requests pass in both directions',
    source: 'MCP 2025-11-25 transports, Sending Messages to the Server',
  },
  {
    id: 'CALL-2',
    behaviour: 'Event streams are passed on as they come, with keep-alive comments when idle',
    source: 'MCP 2025-11-25 transports, Listening for Messages from the Server',
  },
  {
    id: 'CALL-3',
    behaviour: 'GET streams, `Last-Event-ID` and DELETE reach the target',
    source: 'MCP 2025-11-25 transports, Resumability and Redelivery',
  },
  {
    id: 'CALL-4',
    behaviour:
      'Unknown members, ids of any JSON type, large numbers and the bytes of results pass untouched',
    source: 'MCP 2025-11-25 base protocol, Messages',
  },
  {
    id: 'CALL-5',
    behaviour:
      "A client's token never reaches a target unless `backendAuth: {passthrough: {}}` says so",
    source: 'MCP 2025-11-25 authorization, Access Token Privilege Restriction',
  },
  {
    id: 'CALL-6',
    behaviour: '`backendAuth: {key: …}` sets the credential of the target',
    source: 'docs/configuration.md',
  },
  {
    id: 'CALL-7',
    behaviour:
      'A message that cannot be classified gets 400, 404, 406 or 415 and a JSON-RPC error with its id',
    source: 'MCP 2026-07-28 streamable HTTP, Server Validation',
  },
  {
    id: 'CALL-8',
    behaviour: 'Headers that contradict the body are refused',
    source: 'MCP 2026-07-28 streamable HTTP, Server Validation',
  },
  {
    id: 'CALL-9',
    behaviour: 'A slow or dead target harms only the requests that need it',
    source: 'docs/operations.md',
  },
  {
    id: 'CALL-10',
    behaviour: "A route's timeout is the time to the first byte, so event streams are not cut",
    source: 'docs/configuration.md',
  },
  // Servers as child processes
  {
    id: 'STDIO-1',
    behaviour: 'One child per session of the session era; one shared child for the stateless era',
    source: 'MCP 2025-11-25 transports, stdio',
  },
  {
    id: 'STDIO-2',
    behaviour: '`args`, `env` and `clear_env` reach the child; its stderr goes to the log',
    source: 'MCP 2025-11-25 transports, stdio',
  },
  {
    id: 'STDIO-3',
    behaviour:
      'A child that dies is reported to its callers at once and started again with back-off for new work',
    source: 'docs/operations.md',
  },
  {
    id: 'STDIO-4',
    behaviour: 'No child is left behind: TERM, then KILL, for the whole process group',
    source: 'MCP 2025-11-25 lifecycle, Shutdown',
  },
  // Sessions
  {
    id: 'SESS-1',
    behaviour: 'A session belongs to the identity that opened it; another one gets 404',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'SESS-2',
    behaviour: 'An unknown or expired session gets 404',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'SESS-3',
    behaviour: 'A refreshed token of the same user keeps the session',
    source: 'docs/operations.md',
  },
  {
    id: 'SESS-4',
    behaviour:
      'A request of the session era without a session is served on its own and answered as JSON',
    source: 'docs/clients.md',
  },
  {
    id: 'SESS-5',
    behaviour:
      'What needs a session (GET stream, DELETE, responses, subscribe, setLevel) gets 400 without one',
    source: 'MCP 2025-11-25 transports, Session Management',
  },
  {
    id: 'SESS-6',
    behaviour: 'Sessions are bounded in number and in time',
    source: 'SECURITY.md',
  },
  // Authorization
  {
    id: 'RULE-1',
    behaviour:
      'Deny comes before require, require before allow, and what cannot be evaluated denies',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-2',
    behaviour:
      'In a list a rule that reads arguments is unknown: it hides nothing, and what it would allow is shown',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-3',
    behaviour:
      'What is listed can be called with some arguments or after a step-up, and nothing else can',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-4',
    behaviour: 'No expression and no claim makes a decision throw or allow by error',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-5',
    behaviour:
      'What rules deny is neither listed nor callable, and answers as an unknown name does',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-6',
    behaviour:
      'Rules cannot be passed by with notifications, batches, completions or subscriptions',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-7',
    behaviour: 'HTTP-level rules are asked before a body is read, and a denial is 403',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-8',
    behaviour: 'A reload changes what a running session may do from the next request on',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-9',
    behaviour:
      'Misspelt members, wrong types, unknown functions and slow patterns are errors with their place',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-10',
    behaviour: 'Rules of listener, route, backend and target add up',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-11',
    behaviour:
      'The example of route, federation, rules, limits and authentication does what it says',
    source: 'docs/authorization.md',
  },
  {
    id: 'SCOPE-1',
    behaviour: 'Official clients complete a step-up',
    source: 'MCP 2026-07-28 authorization, Scope Challenge Handling',
  },
  {
    id: 'SCOPE-2',
    behaviour:
      'A 403 insufficient_scope names everything that the call needs, in the header and with the id of the call',
    source: 'MCP 2026-07-28 authorization, Scope Challenge Handling',
  },
  {
    id: 'LIMIT-1',
    behaviour:
      'A limit that is used up answers 429 with Retry-After, RateLimit and x-ratelimit headers',
    source: 'docs/authorization.md',
  },
  {
    id: 'LIMIT-2',
    behaviour: 'Limits that a reload does not change keep their buckets',
    source: 'docs/authorization.md',
  },
  {
    id: 'LIMIT-3',
    behaviour: 'Bad tokens are limited by address, and good ones from there still work',
    source: 'docs/authorization.md',
  },
  {
    id: 'KEY-1',
    behaviour: 'An API key is taken in place of a token, compared by its hash, and goes no further',
    source: 'docs/authorization.md',
  },
  {
    id: 'KEY-2',
    behaviour: 'A route takes an API key or a token, and may hide its metadata',
    source: 'docs/authorization.md',
  },
  {
    id: 'KEY-3',
    behaviour: '`jwtAuth` takes tokens of several issuers with the metadata and challenges of MCP',
    source: 'docs/authorization.md',
  },
  // Operation
  {
    id: 'OPS-1',
    behaviour:
      'One access line per request with subject, client, method, tool, status, reason and duration',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-2',
    behaviour: 'Tokens and arguments are never logged',
    source: 'SECURITY.md',
  },
  {
    id: 'OPS-3',
    behaviour: '`/healthz/live` answers as long as the process works',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-4',
    behaviour: '`/healthz/ready` answers 503 and names what is not ready',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-5',
    behaviour:
      '`/metrics` counts requests, durations, authentication by reason, key fetches, sessions, streams and reloads',
    source: 'docs/operations.md',
  },
  {
    id: 'OPS-6',
    behaviour: 'The admin listener is on loopback unless it is configured otherwise',
    source: 'SECURITY.md',
  },
]
