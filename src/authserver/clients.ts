import type { RegisteredClient, Relay } from '../config/snapshot.ts'
import type { Sealer } from '../seal/seal.ts'
import type { Client, SealedClient } from './client.ts'
import type { ClientMetadataDocuments } from './client-metadata-document.ts'
import { type OAuthError, oauthError } from './oauth-error.ts'
import { relayDigest } from './resource.ts'

export type Clients = {
  /** The client, or `invalid_client` with the reason that it is none. */
  find(id: string, resource: string): Promise<Client | OAuthError>
}

export function createClients(
  relay: Relay,
  sealer: Sealer,
  documents: ClientMetadataDocuments,
): Clients {
  const configured = new Map(relay.clients.map(client => [client.id, fromOperator(client)]))
  return {
    async find(id, resource) {
      const known = configured.get(id)
      if (known !== undefined) return known
      if (/^https?:\/\//i.test(id)) return documents.find(id)
      const sealed = sealer.open('client-id', id) as SealedClient | undefined
      // A client belongs to the issuer that it registered at; the rules of another one may be stricter.
      if (sealed === undefined || sealed.r !== relayDigest(relay.issuer, resource)) {
        return oauthError('invalid_client', 'unknown client: register again (RFC 7591)')
      }
      return fromSealed(id, sealed, relay.registration.strategy === 'relay')
    },
  }
}

function fromOperator(client: RegisteredClient): Client {
  const { id, secret, redirectUris, name } = client
  return {
    id,
    kind: 'configured',
    name: name ?? id,
    redirectUris,
    methods: [secret === undefined ? 'none' : 'client_secret'],
    secret,
  }
}

function fromSealed(id: string, { n, u, m, k, p }: SealedClient, ownProvider: boolean): Client {
  return {
    id,
    kind: 'registered',
    name: n,
    redirectUris: u,
    methods: [m],
    ...(k === undefined ? {} : { keys: { jwksUri: k } }),
    ...(p === undefined || !ownProvider ? {} : { provider: p }),
  }
}
