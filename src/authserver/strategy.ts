import type { Relay } from '../config/snapshot.ts'
import type { Dependencies } from './dependencies.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import {
  type CarriedClient,
  callbackUrl,
  type ProviderClient,
  secretMethod,
} from './provider-client.ts'
import { type ProviderDocument, providerDocument } from './provider-document.ts'
import { type ClientDescription, registerAtProvider } from './provider-registration.ts'

/**
 * Which client at the provider stands for an MCP client. Strategy `relay`: one each, carried in the client's sealed
 * id. `static`: the configured one. `shared`: one that the gateway registers once per process and public origin.
 * Clients without an id of the gateway's making (hand-registered ones, metadata documents) use the
 * configured or the shared one, whatever the strategy.
 */
export type ProviderClients = {
  /** True when there is, or can be, a client that several MCP clients use. */
  readonly common: boolean
  register(client: ClientDescription, origin: string): Promise<ProviderClient | OAuthError>
  /** The configured or the shared client. */
  use(origin: string): Promise<ProviderClient | OAuthError>
  carry(client: ProviderClient): CarriedClient
  revive(carried: CarriedClient): Promise<ProviderClient | OAuthError>
  /** The provider does not know the client any more; true when the next login registers another one. */
  forget(client: ProviderClient): boolean
}

export function createProviderClients(relay: Relay, deps: Dependencies): ProviderClients {
  const shared = new Map<string, Promise<ProviderClient | OAuthError>>()
  const { strategy } = relay.registration
  const registers = strategy === 'relay' || strategy === 'shared'

  async function configured(): Promise<ProviderClient | OAuthError> {
    const document = await providerDocument(deps)
    return isOAuthError(document) ? document : configuredClient(relay, document)
  }

  function registerShared(origin: string): Promise<ProviderClient | OAuthError> {
    let client = shared.get(origin)
    if (client === undefined) {
      client = registerAtProvider(relay, deps, { name: 'Portcullis' }, callbackUrl(origin))
      shared.set(origin, client)
      // A refusal must not be remembered: the operator may be changing the provider's policy right now.
      client.then(
        result => isOAuthError(result) && shared.delete(origin),
        () => shared.delete(origin),
      )
    }
    return client
  }

  return {
    common: relay.clientId !== undefined || registers,
    register: (client, origin) => registerAtProvider(relay, deps, client, callbackUrl(origin)),
    async use(origin) {
      if (relay.clientId !== undefined) return configured()
      if (registers) return registerShared(origin)
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
    forget(client) {
      for (const [origin, pending] of shared) {
        pending.then(
          known => !isOAuthError(known) && known.id === client.id && shared.delete(origin),
          () => undefined,
        )
      }
      return registers && client.id !== relay.clientId
    },
  }
}

function configuredClient(relay: Relay, document: ProviderDocument): ProviderClient {
  const id = relay.clientId ?? ''
  if (relay.clientSecret === undefined) return { id, method: 'none' }
  return { id, secret: relay.clientSecret.reveal(), method: secretMethod(relay.profile, document) }
}
