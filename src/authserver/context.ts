import type { Relay } from '../config/snapshot.ts'
import type { ClientKeys } from './client-keys.ts'
import type { Clients } from './clients.ts'
import type { Dependencies } from './dependencies.ts'
import type { RegistrationLimits } from './limits.ts'
import type { Refreshes } from './single-flight.ts'
import type { SingleUse } from './single-use.ts'
import type { ProviderClients } from './strategy.ts'

/** What every endpoint of one relay works with. */
export type Context = Dependencies & {
  readonly relay: Relay
  readonly clients: Clients
  readonly clientKeys: ClientKeys
  readonly providerClients: ProviderClients
  readonly limits: RegistrationLimits
  readonly refreshes: Refreshes
  /** Digests of authorization codes that were redeemed. */
  readonly usedCodes: SingleUse
  /** Ids of client assertions that were seen (RFC 7523 §3, `jti`). */
  readonly usedAssertions: SingleUse
}
