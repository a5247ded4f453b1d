import type { ProviderProfile } from '../../providers/profile.ts'
import type { Spot } from '../resource.ts'
import type { McpAuthenticationPolicy } from '../schema/authentication.ts'
import { type SecretSource, secret } from '../schema/content.ts'
import type { RegisteredClient, Registration, Relay } from '../snapshot.ts'
import { readSecret } from './content.ts'
import type { Compilation } from './context.ts'

type LocatePolicy = (...path: readonly (string | number)[]) => Spot

/** Strangers register clients, and a realm of Keycloak takes 200 (its policy "Max Clients"). */
const REGISTRATIONS_PER_ADDRESS_AND_HOUR = 20
const REGISTRATIONS_PER_DAY = 150

/** The authorization-server face for a provider. */
export function compileRelay(
  policy: McpAuthenticationPolicy,
  profile: ProviderProfile,
  locate: LocatePolicy,
  compilation: Compilation,
): Relay {
  const { clientId, clientSecret, accessToken = 'auto' } = policy
  const registration = compileRegistration(policy, profile, locate, compilation)
  const clients = compileClients(policy, locate, compilation)
  const needsClient = registration.strategy === 'static' || registration.strategy === 'none'
  if (needsClient && clientId === undefined) {
    compilation.report.error(
      locate('provider'),
      `${profile.title} does not register clients by itself here, and clientId is not given`,
      `Register a client at ${profile.title} and set clientId (and clientSecret)`,
    )
  }
  if (
    accessToken === 'provider' &&
    profile.tokens.check !== undefined &&
    !policy.audiences?.length
  ) {
    compilation.report.error(
      locate('accessToken'),
      `tokens of ${profile.title} are for no resource, so they cannot be handed out as they are`,
      'Remove accessToken: tokens are sealed to this resource then',
    )
  }
  return {
    issuer: policy.issuer,
    profile,
    clientId,
    clientSecret: clientSecret && readSecret(clientSecret, locate('clientSecret'), compilation),
    clients,
    registration,
    accessToken,
  }
}

function compileRegistration(
  { registration = {}, provider, clientId }: McpAuthenticationPolicy,
  profile: ProviderProfile,
  locate: LocatePolicy,
  compilation: Compilation,
): Registration {
  const { limits = {} } = registration
  // Two spellings of one thing: the profile names it as an option, registration is where it belongs.
  const option = secretOption(provider, locate, compilation)
  const source = registration.initialAccessToken ?? option
  const spot =
    option === undefined
      ? locate('registration', 'initialAccessToken')
      : locate('provider', provider?.name ?? '', 'initialAccessToken')
  return {
    strategy:
      registration.strategy ?? (clientId === undefined ? profile.registration.strategy : 'static'),
    initialAccessToken: source && readSecret(source, spot, compilation),
    allowRedirects: registration.allowRedirects,
    allowClients: registration.allowClients,
    ttlMs: registration.ttl,
    limits: {
      perAddressPerHour: limits.perAddressPerHour ?? REGISTRATIONS_PER_ADDRESS_AND_HOUR,
      perDay: limits.perDay ?? REGISTRATIONS_PER_DAY,
    },
  }
}

/** The only option that is a secret; a profile without it has refused it by now. */
function secretOption(
  provider: McpAuthenticationPolicy['provider'],
  locate: LocatePolicy,
  { report }: Compilation,
): SecretSource | undefined {
  const option = provider?.options.initialAccessToken
  if (provider === undefined || option === undefined) return undefined
  const parsed = secret.safeParse(option)
  if (parsed.success) return parsed.data
  report.error(
    locate('provider', provider.name, 'initialAccessToken'),
    'expected a secret: a string (in quotes when it is a number) or {file: path}',
  )
  return undefined
}

function compileClients(
  { clients = [] }: McpAuthenticationPolicy,
  locate: LocatePolicy,
  compilation: Compilation,
): readonly RegisteredClient[] {
  const ids = new Set<string>()
  return clients.map(({ id, secret, redirectUris, name }, index) => {
    if (ids.has(id)) {
      compilation.report.error(locate('clients', index, 'id'), `two clients have the id ${id}`)
    }
    ids.add(id)
    const spot = locate('clients', index, 'secret')
    return { id, secret: secret && readSecret(secret, spot, compilation), redirectUris, name }
  })
}
