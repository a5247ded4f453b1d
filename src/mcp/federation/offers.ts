import { identityKey } from '../../auth/identity.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { Client } from '../client.ts'
import { isModernError, onlyLegacy } from '../era-mismatch.ts'
import { META_CLIENT_CAPABILITIES, META_VERSION } from '../eras.ts'
import type { CallFailure } from '../failure.ts'
import { isObject } from '../message.ts'
import type { Target } from '../target.ts'
import { ask, isCallFailure } from './ask.ts'
import type { Members } from './members.ts'
import { offersOf } from './routing.ts'

/** What a target says of itself in the modern era. */
export type Discovered = {
  /** Letters of `OFFERS`. */
  readonly offers: string
  /** JSON text of the answer to `server/discover`. */
  readonly text: string
  readonly result: Readonly<Record<string, unknown>>
}

export type Offers = {
  /** Asks the target once and remembers; a failure says which era it is of where that is the reason. */
  of(target: Target, client: Client): Promise<Discovered | CallFailure>
}

const MAX_KNOWN = 1_000
const SHORTEST_MS = 1_000
const LONGEST_MS = 600_000
/** A server that is too old is asked again after so long: it may have been replaced. */
const LEGACY_MS = 60_000

type Known = { readonly outcome: Promise<Discovered | CallFailure>; expiresAt: number }

/** `server/discover` of each target, per caller where the target says that it depends on the caller. */
export function createOffers(members: Members): Offers {
  const { now } = members
  const known = new BoundedMap<string, Known>(MAX_KNOWN)

  const discover = async (target: Target, client: Client): Promise<Discovered | CallFailure> => {
    const version = String(client.response.req.headers['mcp-protocol-version'] ?? '2026-07-28')
    if (target.modernEra === 'never') return onlyLegacy(`target ${target.name}`, version)
    const reply = await ask(members, target, exchange =>
      target.modern({ text: request(version), method: 'server/discover', client }, exchange),
    )
    if (isCallFailure(reply)) return reply
    const { result, error } = reply.message
    if (isObject(result) && Array.isArray(result.supportedVersions))
      return { offers: offersOf(result.capabilities), text: reply.text, result }
    if (error !== undefined && isModernError(error))
      return {
        kind: 'unsupported_version',
        detail: `target ${target.name}: ${error.message}`,
        data: error.data,
      }
    return onlyLegacy(`target ${target.name}`, version)
  }

  return {
    of(target, client) {
      const own = `${target.name} ${identityKey(client.identity)}`
      const found = [known.get(target.name), known.get(own)].find(
        entry => entry !== undefined && entry.expiresAt > now(),
      )
      if (found !== undefined) return found.outcome
      const outcome = discover(target, client)
      const entry: Known = { outcome, expiresAt: Number.POSITIVE_INFINITY }
      known.set(own, entry)
      void outcome.then(answer => {
        entry.expiresAt = now() + lifetime(answer)
        if (!isCallFailure(answer) && answer.result.cacheScope === 'public')
          known.set(target.name, entry)
      })
      return outcome
    },
  }
}

function lifetime(answer: Discovered | CallFailure): number {
  if (isCallFailure(answer)) return answer.kind === 'unsupported_version' ? LEGACY_MS : 0
  const { ttlMs } = answer.result
  const wanted = typeof ttlMs === 'number' ? ttlMs : 0
  return Math.min(Math.max(wanted, SHORTEST_MS), LONGEST_MS)
}

function request(version: string): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: 'discover',
    method: 'server/discover',
    params: { _meta: { [META_VERSION]: version, [META_CLIENT_CAPABILITIES]: {} } },
  })
}
