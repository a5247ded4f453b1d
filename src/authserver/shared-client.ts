import type { Relay } from '../config/snapshot.ts'
import type { Dependencies } from './dependencies.ts'
import { isOAuthError, type OAuthError } from './oauth-error.ts'
import { callbackUrl, type ProviderClient } from './provider-client.ts'
import { isGone, type ProviderRegistration, registerAtProvider } from './provider-registration.ts'

/** The gateway's own registrations at the provider: one per process and public origin, made when it is needed. */
export type SharedClients = {
  get(origin: string): Promise<ProviderClient | OAuthError>
  /** The provider refused this client. */
  forget(id: string): void
}

/** After a refusal, so that strangers who open the authorization endpoint cannot have the provider asked all the time. */
const COOL_DOWN_MS = 5_000
/** A client that was deleted at the provider ends in its error page, and the gateway would never hear of it. */
const CHECK_MS = 10 * 60_000

type Known = { readonly result: ProviderRegistration | OAuthError; readonly checkAt: number }

export function createSharedClients(relay: Relay, deps: Dependencies): SharedClients {
  const known = new Map<string, Known>()
  const running = new Map<string, Promise<Known>>()

  async function renew(origin: string, old: Known | undefined): Promise<Known> {
    const kept = old !== undefined && !isOAuthError(old.result) && !(await isGone(old.result, deps))
    const result = kept
      ? old.result
      : await registerAtProvider(relay, deps, { name: 'Portcullis' }, callbackUrl(origin))
    const wait = isOAuthError(result) ? COOL_DOWN_MS : CHECK_MS
    const entry = { result, checkAt: deps.now() + wait }
    known.set(origin, entry)
    return entry
  }

  return {
    async get(origin) {
      let entry = known.get(origin)
      if (entry === undefined || deps.now() >= entry.checkAt) {
        let pending = running.get(origin)
        if (pending === undefined) {
          pending = renew(origin, entry).finally(() => running.delete(origin))
          running.set(origin, pending)
        }
        entry = await pending
      }
      return isOAuthError(entry.result) ? entry.result : entry.result.client
    },
    forget(id) {
      for (const [origin, { result }] of known) {
        if (!isOAuthError(result) && result.client.id === id) known.delete(origin)
      }
    },
  }
}
