import type { Relay } from '../config/snapshot.ts'
import { secretMethod } from '../providers/client-credentials.ts'
import type { Dependencies } from './dependencies.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import { type CarriedClient, callbackUrl, type ProviderClient } from './provider-client.ts'
import { type ProviderDocument, providerDocument } from './provider-document.ts'
import { type ClientDescription, registerAtProvider } from './provider-registration.ts'
import { createSharedClients } from './shared-client.ts'

/**
 * Which client at the provider stands for an MCP client. Strategy `relay`: one each, carried in the client's sealed
 * id. `static`: the configured one. `shared`: one that the gateway registers once per process and public origin.
 * Clients without an id of the gateway's making (hand-registered ones, metadata documents) use the
 * configured or the shared one, whatever the strategy.
 */
export type ProviderClients = {
  /** True when there is, or may be, a client that several MCP clients use. */
  readonly common: boolean
  register(client: ClientDescription, origin: string): Promise<ProviderClient | OAuthError>
  /** The configured or the shared client. */
  use(origin: string): Promise<ProviderClient | OAuthError>
  carry(client: ProviderClient): CarriedClient
  revive(carried: CarriedClient): Promise<ProviderClient | OAuthError>
  /** The provider does not know a shared client any more: the next login registers another one. */
  forget(client: ProviderClient): void
}

export function createProviderClients(relay: Relay, deps: Dependencies): ProviderClients {
  const shared = createSharedClients(relay, deps)
  const { strategy } = relay.registration
  const registers = strategy === 'relay' || strategy === 'shared'

  async function configured(): Promise<ProviderClient | OAuthError> {
    const document = await providerDocument(deps)
    return isOAuthError(document) ? document : configuredClient(relay, document)
  }

  return {
    common: relay.clientId !== undefined || registers,
    async register(client, origin) {
      const registration = await registerAtProvider(relay, deps, client, callbackUrl(origin))
      return isOAuthError(registration) ? registration : registration.client
    },
    async use(origin) {
      if (relay.clientId !== undefined) return configured()
      if (registers) return shared.get(origin)
      return oauthError('unauthorized_client', 'the gateway has no client at the identity provider')
    },
    carry: client => (client.id === relay.clientId ? { id: client.id } : client),
    async revive(carried) {
      if (carried.id === relay.clientId) return configured()
      if ('method' in carried) return carried
      return oauthError(
        'invalid_grant',
        'the gateway uses another client at the identity provider now',
      )
    },
    forget: client => shared.forget(client.id),
  }
}

function configuredClient(relay: Relay, document: ProviderDocument): ProviderClient {
  const id = relay.clientId ?? ''
  if (relay.clientSecret === undefined) return { id, method: 'none' }
  return {
    id,
    secret: relay.clientSecret.reveal(),
    method: secretMethod(relay.profile, document.tokenEndpointAuthMethods),
  }
}
