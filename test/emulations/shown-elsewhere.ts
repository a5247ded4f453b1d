/** Members of a profile that make no difference to a login that goes well, and the test that shows what they are for. */
export type ShownElsewhere = {
  /** A member, or everything below one. */
  readonly member: string
  readonly providers: readonly string[]
  readonly why: string
  readonly test: string
}

const microsoft = ['entra', 'b2c']
const inStatic = [...microsoft, 'cognito', 'google', 'github']
const QUIRKS = 'test/authserver/provider-quirks.test.ts'
const CLAIMS = 'test/providers-unit/profiles.test.ts'

export const shownElsewhere: readonly ShownElsewhere[] = [
  {
    member: 'discovery',
    providers: ['keycloak', 'okta', ...microsoft, 'cognito', 'google', 'custom'],
    why: 'the other places answer 404, so that it saves requests',
    test: 'test/providers-unit/discovery.test.ts',
  },
  {
    member: 'endpoints',
    providers: ['keycloak', 'auth0'],
    why: 'for metadata that leaves them out',
    test: 'test/providers-unit/discovery.test.ts',
  },
  {
    member: 'claims.client',
    providers: ['keycloak', 'okta', 'b2c', 'cognito', 'google', 'github'],
    why: 'of a sealed token the gateway knows the client itself; azp is the usual place',
    test: CLAIMS,
  },
  {
    member: 'claims.scopes',
    providers: ['okta', ...inStatic],
    why: 'narrower than the usual places',
    test: CLAIMS,
  },
  {
    member: 'claims.roles',
    providers: ['okta', 'google', 'github'],
    why: 'narrower than the usual places',
    test: CLAIMS,
  },
  {
    member: 'claims.audience',
    providers: ['cognito'],
    why: 'for those who list app clients in audiences',
    test: QUIRKS,
  },
  {
    member: 'issuers.claim',
    providers: ['entra'],
    why: 'refuses what no good login has',
    test: 'test/providers-unit/issuer.test.ts',
  },
  {
    member: 'tokens.refuse',
    providers: ['keycloak'],
    why: 'refuses what no good login has',
    test: CLAIMS,
  },
  {
    member: 'tokens.require',
    providers: ['cognito'],
    why: 'refuses what no good login has',
    test: CLAIMS,
  },
  {
    member: 'tokens.kind',
    providers: ['google', 'github', 'custom'],
    why: 'for opaque tokens that look signed, and for what the log says at first use',
    test: 'test/auth/provider-check.test.ts',
  },
  {
    member: 'tokens.assumedSeconds',
    providers: ['github'],
    why: 'how long clients keep a token',
    test: QUIRKS,
  },
  {
    member: 'scopes.plain',
    providers: [...microsoft, 'cognito'],
    why: 'for clients that ask for openid',
    test: QUIRKS,
  },
  {
    member: 'scopes.translate',
    providers: ['github'],
    why: 'for clients that ask for openid',
    test: QUIRKS,
  },
  {
    member: 'scopes.default',
    providers: ['github'],
    why: 'for clients that ask for nothing',
    test: 'test/authserver/scope.test.ts',
  },
  {
    member: 'authorize.addScopes',
    providers: microsoft,
    why: 'for clients that do not ask for offline_access',
    test: QUIRKS,
  },
  {
    member: 'refresh.addScopes',
    providers: microsoft,
    why: 'the scopes that were granted hold it here',
    test: QUIRKS,
  },
  {
    member: 'refresh.scope',
    providers: ['cognito', 'google', 'github'],
    why: 'for clients that name scopes in a refresh',
    test: 'test/authserver/refresh.test.ts',
  },
  {
    member: 'refresh.offered',
    providers: [...microsoft, 'github'],
    why: 'says what the metadata says as well, or stays silent about',
    test: 'test/authserver/metadata.test.ts',
  },
  {
    member: 'registration.strategy',
    providers: inStatic,
    why: 'clientId says it as well; without one it is a mistake that is reported',
    test: 'test/config/diagnostics-policies.test.ts',
  },
  {
    member: 'registration.strip',
    providers: ['keycloak'],
    why: 'for clients that name a home page',
    test: QUIRKS,
  },
  {
    member: 'errors',
    providers: ['keycloak', 'auth0', ...microsoft, 'github'],
    why: 'for logins that fail',
    test: 'test/authserver/provider-failures.test.ts',
  },
  {
    member: 'asksConsent',
    providers: ['keycloak'],
    why: 'spares the user a page',
    test: 'test/authserver/consent.test.ts',
  },
]

/** The row about a member of a provider, if there is one. */
export function elsewhere(provider: string, path: string): ShownElsewhere | undefined {
  return shownElsewhere.find(
    ({ member, providers }) =>
      providers.includes(provider) && (path === member || path.startsWith(`${member}.`)),
  )
}
