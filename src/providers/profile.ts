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
  /**
   * What stands behind the data: a real Keycloak, a provider emulated in the tests with these quirks,
   * or nothing but its documentation.
   */
  readonly tested: 'keycloak' | 'emulated' | 'documentation'
  /**
   * Issuers of this provider, with `*` for any text: for advice where the configuration names none.
   */
  readonly recognised: readonly string[]
  /** Where the provider publishes its metadata, in the order to try; empty: nowhere. */
  readonly discovery: readonly DiscoveryForm[]
  /** Endpoints that the metadata leaves out, or that no metadata names. */
  readonly endpoints: ProviderEndpoints
  readonly issuers: IssuerRules
  readonly claims: ClaimNames
  readonly tokens: TokenRules
  readonly audience: AudienceRule
  readonly scopes: ScopeRules
  readonly authorize: ParameterRules
  readonly exchange: TokenParameterRules
  readonly refresh: TokenParameterRules & {
    /** Whether refresh tokens are given at all; undefined: as the metadata says. */
    readonly offered?: boolean
  }
  readonly registration: RegistrationRules
  /** How the gateway authenticates a client that has a secret, best first, as far as metadata allows. */
  readonly clientAuthentication: readonly SecretMethod[]
  /** Error codes of the token endpoint that are the provider's own, and what RFC 6749 §5.2 calls them. */
  readonly errors: Readonly<Record<string, string>>
  /** The provider asks the user before a client that registered itself gets access. */
  readonly asksConsent: boolean
  /** What the operator can change at the provider; `{resource}` is filled in. */
  readonly hints: ProfileHints
  /** Members of `provider: {name: {…}}`. */
  readonly options: Readonly<Record<string, ProfileOption>>
}

/**
 * For the issuer https://idp/realms/r: `oauth` = /.well-known/oauth-authorization-server/realms/r (RFC 8414 §3),
 * `oidc-inserted` = /.well-known/openid-configuration/realms/r (RFC 8414 §5), `oidc` = /realms/r/.well-known/openid-configuration
 * (OpenID Connect Discovery §4), `oauth-appended` = /realms/r/.well-known/oauth-authorization-server.
 */
export type DiscoveryForm = 'oauth' | 'oidc-inserted' | 'oidc' | 'oauth-appended'

/** URL templates: `{issuer}` (without a final slash) and `{origin}` of the issuer are filled in. */
export type ProviderEndpoints = {
  readonly authorization?: string
  readonly token?: string
  readonly jwks?: string
  readonly registration?: string
  readonly revocation?: string
  readonly introspection?: string
}

/**
 * Other spellings of the issuer, in tokens and in metadata. `{origin}` is that of the configured issuer. `{tenant}` stands for one path segment,
 * which has to be one of `tenants`, or, where that is empty, the segment that the configured issuer
 * has in its place. `claim` has to carry the same value.
 */
export type IssuerRules = {
  readonly templates: readonly string[]
  readonly tenants: readonly string[]
  readonly claim: string | undefined
}

/**
 * Claims to look into. Of `subject`, `client` and `audience` the first that is present counts, of
 * `scopes` and `roles` all together. A claim of exactly that name comes before a path such as
 * `realm_access.roles`, which descends.
 */
export type ClaimNames = {
  readonly subject: readonly string[]
  /** A text of words or a list of texts. */
  readonly scopes: readonly string[]
  readonly client: readonly string[]
  /** A list of texts, or an object whose keys are the roles. */
  readonly roles: readonly string[]
  /** Where the audience stands. A profile names more than `aud` only where tokens have none. */
  readonly audience: readonly string[]
}

export type TokenRules = {
  readonly kind: 'jwt' | 'opaque'
  /** Marks of a token that is no access token: claim → values that give it away (`true`: its mere presence). */
  readonly refuse: Readonly<Record<string, readonly string[] | true>>
  /** Claims that an access token has to carry: claim → values of which it has to be one. */
  readonly require: Readonly<Record<string, readonly string[]>>
  /** How an opaque token is checked; undefined: RFC 7662 introspection where the metadata names it. */
  readonly check: TokenCheck | undefined
  /** Life of a token whose answer has no `expires_in`. */
  readonly assumedSeconds: number
}

/**
 * One request that checks an opaque token, and where its answer says what. The client that the token
 * was issued to is always compared with the gateway's own: otherwise any token of the provider would do.
 */
export type TokenCheck = {
  /** `{client_id}` and `{issuer}` (without a final slash) are filled in. */
  readonly url: string
  readonly method: 'GET' | 'POST'
  /** In a header it stands behind `Bearer `. */
  readonly token: { readonly in: 'header' | 'query' | 'form' | 'json'; readonly name: string }
  /** True: HTTP Basic with the gateway's client id and secret at the provider; not with the token in `authorization`. */
  readonly authenticated: boolean
  /** Path in the answer to the client id. */
  readonly client: string
  /** Claim → path in the answer. Dates may be seconds, also as text, or ISO 8601. */
  readonly claims: Readonly<Record<string, string>>
  /** Statuses that say that the token is none, has ended or was revoked. */
  readonly refused: readonly number[]
}

/** How a token for one resource is asked for. */
export type AudienceRule =
  /** RFC 8707 `resource`. */
  | { readonly kind: 'resource' }
  /** A parameter `audience`; `value` undefined: the first configured audience, else the resource. */
  | { readonly kind: 'audience'; readonly value?: string }
  /** A scope of the provider carries the audience. */
  | { readonly kind: 'scope'; readonly scope: string }
  /** It is always one of these, and they stand for the resource. */
  | { readonly kind: 'fixed'; readonly values: readonly string[] }
  /** The provider cannot be asked: what it gives is sealed to the resource by the gateway. */
  | { readonly kind: 'sealed' }

export type ScopeRules = {
  /** Client's spelling → provider's; empty: not sent. */
  readonly translate: Readonly<Record<string, string>>
  /** Put before every scope that is not `plain` and no URI. */
  readonly prefix: string
  readonly plain: readonly string[]
  /** What is asked for when neither client nor route names a scope. */
  readonly default: readonly string[]
  /** Between scopes in the provider's answers. */
  readonly separator: ' ' | ','
}

export type ParameterRules = {
  readonly drop: readonly string[]
  readonly add: Readonly<Record<string, string>>
  readonly rename: Readonly<Record<string, string>>
  readonly addScopes: readonly string[]
}

export type TokenParameterRules = ParameterRules & {
  /** `as-sent`: what the client sends, cut to what was granted; `granted`: all of that; `drop`: none. */
  readonly scope: 'as-sent' | 'granted' | 'drop'
}

export type RegistrationRules = {
  readonly strategy: 'relay' | 'shared' | 'static' | 'none'
  /** Members of a registration that the provider refuses or misreads. */
  readonly strip: readonly string[]
  readonly add: Readonly<Record<string, unknown>>
  /** Scheme of the `Authorization` header that carries the initial access token. */
  readonly tokenScheme: string
}

export type SecretMethod = 'client_secret_basic' | 'client_secret_post'

export type ProfileHints = {
  /** For a token whose audience is not the resource. */
  readonly audience: string
  /** The same where clients talk to the provider itself, so that no option of the profile can help. */
  readonly directAudience?: string
  /** For a refused registration. */
  readonly registration: string
  /** For a login or a token that the provider refuses: a text of its error code or description → what to change. */
  readonly refusals: Readonly<Record<string, string>>
}

/** One member of `provider: {name: {…}}`, described without a schema library. */
export type ProfileOption = OptionShape & {
  readonly description: string
  /**
   * What the option changes in the profile, texts with `{value}` filled in. For a boolean: what it
   * changes when it is `when`.
   */
  readonly sets: unknown
  readonly when?: boolean
  readonly required?: true
}

/** A subset of JSON Schema; `secret` is a text that must not be printed. */
export type OptionShape = {
  readonly type: 'string' | 'boolean' | 'number' | 'array' | 'object' | 'secret'
  readonly enum?: readonly string[]
  /** Anchored, without quantified groups. */
  readonly pattern?: string
  readonly items?: OptionShape
  readonly properties?: Readonly<Record<string, OptionShape & { readonly description: string }>>
  /** Members that an object has to have. */
  readonly needs?: readonly string[]
  readonly additionalProperties?: OptionShape
}
