/**
 * How one identity provider differs from the standards, as data. `oidc.ts` is the profile of a
 * provider that does not differ; each other file says what to change, with the source of each quirk.
 * Nothing here is code: relay and resource server read the fields.
 */
export type ProviderProfile = {
  /** Key in `provider: {…}`. */
  readonly name: string
  /** As its makers write it, for messages. */
  readonly title: string
  /** Where the provider publishes its metadata, in the order to try. */
  readonly discovery: readonly DiscoveryForm[]
  /** Endpoints of providers that publish no metadata; `{issuer}` and `{origin}` are filled in. */
  readonly endpoints: ProviderEndpoints
  readonly claims: ClaimNames
  readonly tokens: TokenRules
  readonly audience: AudienceRule
  readonly authorize: ParameterRules
  readonly exchange: ParameterRules
  readonly refresh: ParameterRules & { readonly scope: 'as-sent' | 'granted' | 'drop' }
  readonly registration: RegistrationRules
  /** The provider asks the user before it grants a client access, so the gateway need not. */
  readonly asksConsent: boolean
}

/**
 * For the issuer https://idp/realms/r: `oauth` = /.well-known/oauth-authorization-server/realms/r (RFC 8414 §3),
 * `oidc-inserted` = /.well-known/openid-configuration/realms/r (RFC 8414 §5), `oidc` = /realms/r/.well-known/openid-configuration
 * (OpenID Connect Discovery §4), `oauth-appended` = /realms/r/.well-known/oauth-authorization-server.
 */
export type DiscoveryForm = 'oauth' | 'oidc-inserted' | 'oidc' | 'oauth-appended'

export type ProviderEndpoints = {
  readonly authorization?: string
  readonly token?: string
  readonly jwks?: string
  readonly registration?: string
  readonly revocation?: string
  readonly introspection?: string
}

/** Claims to look into, first present wins; a path such as `realm_access.roles` descends. */
export type ClaimNames = {
  readonly subject: readonly string[]
  readonly scopes: readonly string[]
  readonly client: readonly string[]
  readonly roles: readonly string[]
}

export type TokenRules = {
  readonly kind: 'jwt' | 'opaque'
  /** Marks of a token that is no access token: claim → values that give it away (`true`: its mere presence). */
  readonly refuse: Readonly<Record<string, readonly string[] | true>>
}

/** How a token for one resource is asked for. */
export type AudienceRule =
  | { readonly kind: 'resource' }
  | { readonly kind: 'audience'; readonly value?: string }
  | { readonly kind: 'scope'; readonly scope: string }
  /** The provider cannot be asked: what it gives is sealed to the resource by the gateway. */
  | { readonly kind: 'none' }

export type ParameterRules = {
  readonly drop: readonly string[]
  readonly add: Readonly<Record<string, string>>
  readonly addScopes: readonly string[]
}

export type RegistrationRules = {
  readonly strategy: 'relay' | 'shared' | 'static' | 'none'
  /** Members of a registration that the provider refuses or misreads. */
  readonly strip: readonly string[]
}
