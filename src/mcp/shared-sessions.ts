import type { Identity } from '../auth/identity.ts'
import type { Session } from './session.ts'
import type { Sessions } from './sessions.ts'

/** The sessions of a route: those of this process alone, or those that all replicas share. */
export type ServedSessions = Pick<Sessions, 'open' | 'full'> & {
  /** See `Sessions`; never rejects. */
  find(
    id: string,
    route: string,
    identity: Identity,
  ): Session | undefined | Promise<Session | undefined>
  end(session: Session): void | Promise<void>
}

/** What all replicas together know of sessions. */
export type SharedLives = {
  /**
   * Counts as a use now. False: the session was ended, or no replica used it for `idleMs`. Rejects where
   * nobody can be asked.
   *
   * @param leftMs until the absolute end of the session
   */
  use(session: string, leftMs: number, idleMs: number): Promise<boolean>
  /** Never rejects; what cannot be told now is told later. */
  end(session: string, leftMs: number): Promise<void>
}

/**
 * Sessions whose end holds everywhere: DELETE at one replica, and idle time over all of them. While nobody
 * can be asked, each replica goes by what it has seen itself.
 *
 * @param now milliseconds since 1970
 */
export function shareSessions(
  own: Sessions,
  lives: SharedLives,
  idleMs: number,
  now: () => number,
): ServedSessions {
  return {
    open: own.open,
    full: own.full,
    async find(id, route, identity) {
      const session = own.recognise(id, route, identity)
      if (session === undefined) return undefined
      const leftMs = session.expiresAt - now()
      const isLive = await lives.use(session.key, leftMs, idleMs).catch(() => undefined)
      if (isLive === undefined) return own.use(session) ? session : undefined
      if (isLive) own.used(session)
      else own.over(session)
      return isLive ? session : undefined
    },
    async end(session) {
      own.end(session)
      await lives.end(session.key, session.expiresAt - now())
    },
  }
}
