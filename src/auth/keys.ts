import type { Log } from '../observe/log.ts'
import { excerpt } from './excerpt.ts'
import type { AuthFailure } from './failure.ts'
import type { KeyLoader } from './key-loader.ts'
import type { KeySet, VerificationKey } from './key-set.ts'

/** The keys of one issuer, kept fresh by use: there is no timer, so an idle gateway asks nobody. */
export type Keys = {
  /** The keys that may have signed a token, never an empty list; waits for a fetch only if it must. */
  find(alg: string, kid: string | undefined): Promise<readonly VerificationKey[] | AuthFailure>
  /** True while the issuer still publishes that key, as far as is known. Never waits. */
  holds(key: VerificationKey): boolean
  /** Why no token can be checked, or undefined. Asking starts a fetch where one is due. */
  problem(): string | undefined
  /** Fetches now, or joins the fetch that is running. Never rejects. */
  refresh(): Promise<void>
  /** Nothing is fetched any more. */
  close(): void
}

export type KeysDeps = {
  readonly now: () => number
  readonly log: Log
  readonly fetched: (outcome: 'ok' | 'failed') => void
}

/** Between two fetches because of an unknown key id, which anybody can make up. */
const COOL_DOWN_MS = 30_000
/** After a fetch that failed. */
const RETRY_MS = 5_000
/** A fetch in the background starts after this part of the lifetime, so that few ever wait. */
const EARLY = 0.8

export function createKeys(issuer: string, loader: KeyLoader, deps: KeysDeps): Keys {
  const { now, log } = deps
  let current: KeySet | undefined
  let problem = 'not fetched yet'
  let failing = false
  let closed = false
  let refreshAt = 0
  let expiresAt = 0
  let searchAt = 0
  let running: Promise<void> | undefined

  async function load(): Promise<void> {
    try {
      const loaded = await loader()
      current = loaded.keys
      refreshAt = now() + loaded.lifetimeMs * EARLY
      expiresAt = now() + loaded.lifetimeMs
      if (failing) log.info({ issuer }, 'the keys of the issuer can be fetched again')
      failing = false
      deps.fetched('ok')
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error)
      refreshAt = now() + RETRY_MS
      // A provider that is down takes nobody's access away: the known keys stay in use.
      expiresAt = Number.POSITIVE_INFINITY
      if (!failing) log.warn({ issuer, stale: current !== undefined, err: error }, warning(current))
      failing = true
      deps.fetched('failed')
    }
  }

  /** One fetch at a time, so a late answer can never replace a newer one. */
  function refresh(): Promise<void> {
    if (closed) return Promise.resolve()
    running ??= load().finally(() => {
      running = undefined
    })
    return running
  }

  function refreshIfDue(): void {
    if (now() >= refreshAt) void refresh()
  }

  return {
    async find(alg, kid) {
      const earlier = running
      refreshIfDue()
      const started = earlier === undefined && running !== undefined
      if (current === undefined || now() >= expiresAt) await running
      let found = current?.find(alg, kid) ?? []
      if (found.length === 0 && running !== undefined) {
        await running
        found = current?.find(alg, kid) ?? []
      }
      if (current === undefined) return unavailable(issuer)
      // What was fetched because of this token cannot be too old for it; anything earlier can.
      if (found.length === 0 && !started && now() >= searchAt) {
        searchAt = now() + COOL_DOWN_MS
        await refresh()
        found = current.find(alg, kid)
      }
      return found.length > 0 ? found : unknownKey(issuer, current, alg, kid)
    },
    holds(key) {
      refreshIfDue()
      return current !== undefined && now() < expiresAt && current.has(key)
    },
    problem() {
      refreshIfDue()
      return current === undefined ? `keys of ${issuer}: ${problem}` : undefined
    },
    refresh,
    close() {
      closed = true
    },
  }
}

function warning(current: KeySet | undefined): string {
  return current === undefined
    ? 'the keys of the issuer cannot be fetched; tokens get 503 until they can'
    : 'the keys of the issuer cannot be fetched; the last known ones stay in use'
}

function unavailable(issuer: string): AuthFailure {
  return {
    kind: 'keys_unavailable',
    detail: `the keys of ${excerpt(issuer)} could not be fetched yet; try again shortly`,
  }
}

function unknownKey(
  issuer: string,
  set: KeySet,
  alg: string,
  kid: string | undefined,
): AuthFailure {
  const reason = kid === undefined ? undefined : set.leftOut(kid)
  const key = kid === undefined ? `no key for ${alg}` : `unknown key ${excerpt(kid)} (${alg})`
  return {
    kind: 'unknown_key',
    detail:
      reason === undefined
        ? `${key}: the key set of ${excerpt(issuer)} does not hold it`
        : `key ${excerpt(kid)} of ${excerpt(issuer)} cannot be used: ${reason}`,
  }
}
