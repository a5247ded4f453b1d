import type { Secret } from '../config/secret.ts'

/** Who calls. Built only by the resource server, after every check has passed. */
export type Identity = {
  /** False for a caller without (or, in permissive mode, with an unusable) token. */
  readonly authenticated: boolean
  /** What it showed for it. */
  readonly credential: 'none' | 'token' | 'apiKey'
  /** `iss` of the token; empty for anonymous. */
  readonly issuer: string
  /** User id as the provider's profile names it, usually `sub`; empty for anonymous. */
  readonly subject: string
  /** OAuth client id, as the profile names it. */
  readonly client: string
  readonly scopes: readonly string[]
  /** All of them; that of a client as `client:role`. */
  readonly roles: readonly string[]
  /** Those that belong to no client. */
  readonly globalRoles: readonly string[]
  /** Those of each client, as in Keycloak's `resource_access`. */
  readonly clientRoles: Readonly<Record<string, readonly string[]>>
  /** All claims of the token, unchanged. */
  readonly claims: Readonly<Record<string, unknown>>
  /** When the token ends, seconds since 1970; undefined: it does not say. */
  readonly expiresAt: number | undefined
  /** The credential as the client sent it (inside a seal: the provider's), for `backendAuth: passthrough`. */
  readonly token: Secret | undefined
}

export const anonymous: Identity = Object.freeze({
  authenticated: false,
  credential: 'none',
  issuer: '',
  subject: '',
  client: '',
  scopes: Object.freeze([]),
  roles: Object.freeze([]),
  globalRoles: Object.freeze([]),
  clientRoles: Object.freeze({}),
  claims: Object.freeze({}),
  expiresAt: undefined,
  token: undefined,
})

/** Issuer and subject, unambiguously: what sessions are bound to, so a refreshed token keeps working. */
export function identityKey(identity: Identity): string {
  return identity.authenticated ? JSON.stringify([identity.issuer, identity.subject]) : ''
}
