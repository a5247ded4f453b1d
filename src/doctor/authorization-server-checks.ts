import type { Check } from './check.ts'
import { difference } from './difference.ts'
import type { AuthorizationServer } from './evidence.ts'
import { membersOf, outcome } from './exchange.ts'
import type { Problem } from './finding.ts'
import { nullMembers } from './metadata-checks.ts'

type Looked = Required<AuthorizationServer> & {
  readonly members: NonNullable<AuthorizationServer['members']>
}

/** A check of the document of the authorization server; unknown while there is none. */
function check(
  name: string,
  fine: string,
  look: (server: Looked) => Problem | 'unknown' | undefined,
): Check {
  return {
    name,
    fine,
    look: ({ authorizationServer: server }) =>
      server?.members === undefined ? 'unknown' : look(server as Looked),
  }
}

const ADAPT = 'put the gateway between with provider: {…}, or have the provider do it'

/** RFC 8414 §2 and §3; RFC 9207 §3; MCP, authorization server discovery and client registration. */
export const authorizationServerChecks: readonly Check[] = [
  {
    name: 'server-metadata',
    fine: 'the authorization server publishes its metadata',
    look: ({ authorizationServer: server }) => {
      if (server === undefined) return 'unknown'
      if (server.members !== undefined) return undefined
      return {
        says: `no metadata of ${server.issuer} can be read`,
        evidence: server.attempts.map(attempt => `${attempt.url}: ${outcome(attempt)}`),
        change: 'name the issuer exactly as the provider does, and let clients reach it',
      }
    },
  },
  check('issuer', 'its issuer is the one that the metadata names', ({ issuer, members }) =>
    members.issuer === issuer
      ? undefined
      : {
          says: 'the authorization server calls itself otherwise: clients refuse its metadata, or its answer',
          evidence: difference(String(members.issuer), issuer),
          change: 'set issuer to exactly what the provider says, or adapt it with provider: {…}',
        },
  ),
  check('endpoints', 'its endpoints can be used', ({ members }) => {
    const wrong = ['authorization_endpoint', 'token_endpoint'].filter(
      name => !isSafeUrl(members[name]),
    )
    if (wrong.length === 0) return undefined
    return {
      says: `the authorization server has no endpoints that a client may use`,
      evidence: wrong.map(name => `${name}: ${JSON.stringify(members[name]) ?? 'missing'}`),
      change: 'https URLs; http only on loopback',
    }
  }),
  check('pkce', 'it offers PKCE with S256', ({ members }) =>
    lists(members.code_challenge_methods_supported, 'S256')
      ? undefined
      : {
          says: 'the authorization server does not say that it takes PKCE with S256: clients refuse to log in',
          evidence: [
            `got     ${JSON.stringify(members.code_challenge_methods_supported) ?? 'nothing'}`,
          ],
          change: ADAPT,
        },
  ),
  check('registration', 'clients can say who they are', ({ members }) =>
    takesDocuments(members) || typeof members.registration_endpoint === 'string'
      ? undefined
      : {
          says: 'clients can neither register nor name a metadata document: each needs an id by hand',
          change: ADAPT,
        },
  ),
  check('dynamic-registration', 'clients can register', ({ members }) => {
    if (typeof members.registration_endpoint === 'string') return undefined
    if (!takesDocuments(members)) return 'unknown'
    return {
      says: 'no registration endpoint: clients without a metadata document of their own need an id by hand',
      change: ADAPT,
    }
  }),
  check('public-clients', 'clients without a secret are welcome', ({ members }) =>
    lists(members.token_endpoint_auth_methods_supported ?? ['client_secret_basic'], 'none')
      ? undefined
      : {
          says: '"none" is not among token_endpoint_auth_methods_supported: Claude and Codex then do not use their metadata document',
          change: ADAPT,
          weak: true,
        },
  ),
  check('refresh', 'it gives refresh tokens', ({ members }) =>
    lists(members.grant_types_supported, 'refresh_token') ||
    lists(members.scopes_supported, 'offline_access')
      ? undefined
      : {
          says: 'no refresh tokens are offered: users log in again whenever a token ends',
          change: 'give access tokens a life of hours, or have the provider offer refresh tokens',
          weak: true,
        },
  ),
  check('issuer-in-answers', 'it says who it is in its answers (RFC 9207)', ({ members }) =>
    members.authorization_response_iss_parameter_supported === true
      ? undefined
      : {
          says: 'answers of the authorization server do not carry iss: clients of several servers cannot tell mixed-up answers',
          change: ADAPT,
          weak: true,
        },
  ),
  check('server-members', 'no member of its metadata is null', ({ members }) =>
    nullMembers(members),
  ),
  check('keys', 'its keys can be read', ({ members, keys }) => {
    if (keys === undefined) {
      // Opaque tokens need no keys.
      return members.introspection_endpoint === undefined && members.jwks_uri !== undefined
        ? { says: 'jwks_uri is no URL', change: 'correct it at the provider' }
        : 'unknown'
    }
    const set = membersOf(keys)?.keys
    if (Array.isArray(set) && set.length > 0) return undefined
    return {
      says: `${keys.url} holds no keys: no token can be checked`,
      evidence: [`got     ${outcome(keys)}`],
      change: 'configure jwks with the url of the key set',
    }
  }),
]

function lists(values: unknown, wanted: string): boolean {
  return Array.isArray(values) && values.includes(wanted)
}

function takesDocuments(members: Looked['members']): boolean {
  return members.client_id_metadata_document_supported === true
}

/** OAuth 2.1 §1.5: https, or http that does not leave the machine. */
function isSafeUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false
  const { protocol, hostname } = new URL(value)
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$|\.localhost$/.test(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback)
}
