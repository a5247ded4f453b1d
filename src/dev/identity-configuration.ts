import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import type { ClientMetadata, Configuration, JWK } from 'oidc-provider'
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js'
import { InvalidTarget } from 'oidc-provider/lib/helpers/errors.js'
import type { Log } from '../observe/log.ts'
import { errorPage } from './login-pages.ts'
import type { User } from './users.ts'

export type IdentityProviderOptions = {
  /** On 127.0.0.1; 0 takes a free one. */
  readonly port: number
  readonly log: Log
  readonly users?: readonly User[]
  /** Scopes that a token for a resource can have; the first is given when none is asked for. */
  readonly scopes?: readonly string[]
  /** Which RFC 8707 resources tokens are issued for; every one unless given. */
  readonly accepts?: (resource: string) => boolean
  readonly accessTokenSeconds?: number
  /** Clients that exist from the start, in the words of RFC 7591. */
  readonly clients?: readonly object[]
  /** Gets client metadata documents; the global one unless given. */
  readonly fetch?: typeof fetch
}

type Options = IdentityProviderOptions & {
  readonly users: readonly User[]
  readonly scopes: readonly string[]
}

const HOUR = 3600
const DAY = 24 * HOUR

/** How oidc-provider has to be set up to be the identity provider that MCP clients expect. */
export function providerConfiguration(options: Options): Configuration {
  const { users, scopes, accepts = () => true, accessTokenSeconds = HOUR } = options
  const find = (name: string): User | undefined => users.find(user => user.name === name)
  const rolesOf = (name: string): readonly string[] => find(name)?.roles ?? []
  return {
    adapter: createMemoryAdapter(),
    jwks: { keys: [signingKey()] },
    cookies: {
      keys: [randomBytes(32).toString('base64url')],
      // Cookies do not tell ports apart, and other programs on this machine may set some.
      names: {
        session: 'portcullis_idp_session',
        interaction: 'portcullis_idp_interaction',
        resume: 'portcullis_idp_resume',
      },
    },
    clients: [...(options.clients ?? [])] as ClientMetadata[],
    clientDefaults: {
      application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'],
      id_token_signed_response_alg: 'ES256',
      response_types: ['code'],
    },
    extraClientMetadata: { properties: ['scope'], validator: tolerate },
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),

    claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'roles'] },
    scopes: ['openid', 'profile'],
    // offline_access is not advertised: clients that ask for it in a refresh lose their login here.
    issueRefreshToken: (_context, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    expiresWithSession: () => false,
    pkce: { required: () => true },
    clientBasedCORS: () => true,
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },

    findAccount: (_context, name) =>
      find(name) && {
        accountId: name,
        claims: () => ({ sub: name, name, preferred_username: name, roles: [...rolesOf(name)] }),
      },
    extraTokenClaims: (_context, token) =>
      'accountId' in token && token.accountId !== undefined
        ? { preferred_username: token.accountId, roles: rolesOf(token.accountId) }
        : undefined,

    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      clientCredentials: { enabled: true },
      revocation: { enabled: true, allowedPolicy: (_context, client, token) => own(client, token) },
      introspection: { enabled: true, allowedPolicy: () => true },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_context, _client, oneOf) => oneOf ?? [],
        useGrantedResource: () => true,
        getResourceServerInfo(_context, resource) {
          if (!accepts(resource)) throw new InvalidTarget(resource)
          return {
            scope: scopes.join(' '),
            audience: resource,
            accessTokenFormat: 'jwt',
            accessTokenTTL: accessTokenSeconds,
            jwt: { sign: { alg: 'ES256' } },
          }
        },
      },
    },

    ttl: {
      AccessToken: accessTokenSeconds,
      ClientCredentials: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: DAY,
      RefreshToken: 14 * DAY,
      Grant: 14 * DAY,
    },

    renderError(context, out) {
      context.type = 'html'
      context.body = errorPage(out)
    },
  }
}

/** Elliptic, so that it is there at once; with a new name each time, so that old ones cannot fit. */
function signingKey(): JWK {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = privateKey.export({ format: 'jwk' }) as JWK
  return { ...key, kid: randomUUID(), use: 'sig', alg: 'ES256' }
}

/**
 * Registers clients that ask for more than there is. A registered `scope` is a limit, and MCP clients
 * register with the scope of their first request, so a later step-up would be refused; grant types
 * that are not there (device code) are left out, not refused.
 */
function tolerate(_context: unknown, key: string, _value: unknown, client: ClientMetadata): void {
  if (key !== 'scope') return
  delete client.scope
  const supported = ['authorization_code', 'refresh_token', 'client_credentials']
  client.grant_types = client.grant_types?.filter(grant => supported.includes(grant))
}

function own(client: { clientId: string }, token: { clientId?: string | undefined }): boolean {
  return token.clientId === client.clientId
}
