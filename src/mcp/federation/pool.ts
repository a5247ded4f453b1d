import { identityKey } from '../../auth/identity.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { Client } from '../client.ts'
import { META_CLIENT_CAPABILITIES } from '../eras.ts'
import { ownParameters } from '../handshake.ts'
import { isObject, type Message } from '../message.ts'
import type { Session } from '../session.ts'
import { newSessionKey } from '../sessions.ts'

/** Sessions of the gateway's own, for legacy requests that bring none. */
export type Pool = {
  /** Those of one caller that declare the same capabilities meet in one session. */
  take(message: Message, client: Client): Taken
  /** One that nobody else gets. */
  once(message: Message, client: Client): Taken
}

export type Taken = {
  readonly session: Session
  /** To be called when the request is over. */
  release(): void
}

export type PoolOptions = {
  readonly route: string
  /** Callers without identity share a session, too. */
  readonly anonymousShared: boolean
  readonly idleMs: number
  readonly maxMs: number
  readonly now: () => number
  /** Tells the targets that a session is over. */
  end(session: Session, client: Client): void
}

type Pooled = { readonly session: Session; lastUsed: number }

const MAX_POOLED = 2_000

export function createPool(options: PoolOptions): Pool {
  const { now } = options
  const pooled = new BoundedMap<string, Pooled>(MAX_POOLED)

  const create = (owner: string, capabilities: unknown): Session => ({
    key: newSessionKey(),
    route: options.route,
    owner,
    targets: {},
    initialize: ownParameters(capabilities),
    expiresAt: now() + options.maxMs,
    pooled: true,
  })

  const once: Pool['once'] = (message, client) => {
    const session = create(identityKey(client.identity), declaredBy(message))
    return { session, release: () => options.end(session, client) }
  }

  return {
    once,
    take(message, client) {
      const owner = identityKey(client.identity)
      const declared = declaredBy(message)
      if (!client.identity.authenticated && !options.anonymousShared) return once(message, client)
      const key = JSON.stringify([owner, declared])
      const known = pooled.get(key)
      if (known !== undefined) {
        const { session, lastUsed } = known
        if (session.expiresAt > now() && now() - lastUsed <= options.idleMs) {
          known.lastUsed = now()
          return { session, release: NOTHING }
        }
        options.end(session, client)
      }
      const session = create(owner, declared)
      pooled.set(key, { session, lastUsed: now() })
      return { session, release: NOTHING }
    },
  }
}

/** Capabilities of the client, as a request without session declares them. */
export function declaredBy({ params }: Message): unknown {
  const meta = params?._meta
  return isObject(meta) ? (meta[META_CLIENT_CAPABILITIES] ?? {}) : {}
}

const NOTHING = (): void => undefined
