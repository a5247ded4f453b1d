import type { ProviderProfile } from '../../providers/profile.ts'
import type { Spot } from '../resource.ts'
import type { McpAuthenticationPolicy } from '../schema/authentication.ts'
import type { SecretSource } from '../schema/content.ts'
import { Secret } from '../secret.ts'
import type { RegisteredClient, Registration, Relay } from '../snapshot.ts'
import { readSecret } from './content.ts'
import type { Compilation } from './context.ts'

type LocatePolicy = (...path: readonly (string | number)[]) => Spot

const REGISTRATIONS_PER_ADDRESS_AND_HOUR = 60
const REGISTRATIONS = 10_000

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
  // Two spellings of one thing: the profile names it as an option, registration is where it belongs.
  const option = provider?.options.initialAccessToken
  const source = registration.initialAccessToken ?? toSecret(option)
  const spot = locate('registration', 'initialAccessToken')
  return {
    strategy:
      registration.strategy ?? (clientId === undefined ? profile.registration.strategy : 'static'),
    initialAccessToken: source && readSecret(source, spot, compilation),
    allowRedirects: registration.allowRedirects,
    allowClients: registration.allowClients,
    ttlMs: registration.ttl,
    perAddressPerHour: registration.perAddressPerHour ?? REGISTRATIONS_PER_ADDRESS_AND_HOUR,
    total: registration.total ?? REGISTRATIONS,
  }
}

function toSecret(option: unknown): SecretSource | undefined {
  return typeof option === 'string' ? { kind: 'inline', secret: new Secret(option) } : undefined
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
