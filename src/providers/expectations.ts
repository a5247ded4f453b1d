import type { ProviderProfile } from './profile.ts'

/** How the gateway means to use a provider. */
export type ProviderUse = {
  /** True: clients talk to the gateway. False: they talk to the provider itself. */
  readonly relay: boolean
  /** True when the gateway has a client there that somebody registered by hand. */
  readonly registered: boolean
}

/**
 * What will not work with this provider, for the operator's log: one sentence each, about which clients
 * and what to do. Empty for a provider that has what the specification asks of it.
 *
 * @param metadata the provider's document (RFC 8414, OpenID Connect Discovery)
 */
export function unmetExpectations(
  profile: ProviderProfile,
  metadata: Readonly<Record<string, unknown>>,
  use: ProviderUse,
): readonly string[] {
  return checks
    .filter(check => check.broken(profile, metadata, use))
    .map(check => check.says(profile))
}

type Check = {
  broken(
    profile: ProviderProfile,
    metadata: Readonly<Record<string, unknown>>,
    use: ProviderUse,
  ): boolean
  says(profile: ProviderProfile): string
}

const checks: readonly Check[] = [
  {
    broken: (_, metadata, use) =>
      use.relay && !use.registered && metadata.registration_endpoint === undefined,
    says: ({ title, hints }) =>
      `${title} announces no registration endpoint and no clientId is configured, so no client can log in: ${hints.registration}`,
  },
  {
    broken: (_, metadata, use) =>
      !use.relay &&
      metadata.registration_endpoint === undefined &&
      metadata.client_id_metadata_document_supported !== true,
    says: ({ title, name }) =>
      `${title} announces neither a registration endpoint nor client metadata documents, so only clients that were given the id of a client registered there can log in, and Claude, Cursor, VS Code and the Inspector cannot by themselves: configure provider: {${name}: {}}, which puts the gateway between`,
  },
  {
    broken: (_, metadata, use) =>
      !use.relay && !listed(metadata.code_challenge_methods_supported, 'S256'),
    says: ({ title, name }) =>
      `${title} does not announce PKCE with S256, so Claude, the official SDKs and others refuse to log in: configure provider: {${name}: {}}, which puts the gateway between`,
  },
  {
    broken: ({ refresh }, metadata) =>
      !(
        refresh.offered ??
        (listed(metadata.grant_types_supported, 'refresh_token') ||
          listed(metadata.scopes_supported, 'offline_access'))
      ),
    says: ({ title }) =>
      `${title} announces no refresh tokens, so every client asks its user to log in again whenever an access token ends: give access tokens a life of hours`,
  },
  {
    broken: ({ tokens }, metadata) => tokens.kind === 'jwt' && metadata.jwks_uri === undefined,
    says: ({ title }) =>
      `${title} announces no jwks_uri, so no token can be checked: configure jwks with the url of its key set`,
  },
  {
    broken: ({ tokens }, metadata) =>
      tokens.kind === 'opaque' &&
      tokens.check === undefined &&
      metadata.introspection_endpoint === undefined,
    says: ({ title }) =>
      `${title} gives opaque tokens and announces no introspection endpoint, so no token can be checked: have it give JSON Web Tokens`,
  },
]

function listed(values: unknown, wanted: string): boolean {
  return Array.isArray(values) && values.includes(wanted)
}
