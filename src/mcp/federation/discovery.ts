import type { Call } from '../call.ts'
import type { Exchange } from '../connection.ts'
import { MODERN_VERSIONS } from '../eras.ts'
import { IMPLEMENTATION } from '../handshake.ts'
import { isCallFailure, sort } from './ask.ts'
import { hintsOf, mergeHints } from './cache-hints.ts'
import { mergeCapabilities, mergeInstructions } from './capabilities.ts'
import { idOf } from './inward.ts'
import type { Members, Scope } from './members.ts'
import type { Discovered, Offers } from './offers.ts'
import { grant } from './refusal.ts'

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo'

/** `server/discover`, merged from the targets of the modern era; without any, the error names the other. */
export async function discover(
  { targets, failClosed, otherEra, log }: Members,
  offers: Offers,
  call: Call,
  { client }: Scope,
  exchange: Exchange,
): Promise<void> {
  const outcomes = await Promise.all(
    targets.map(async target => {
      const discovered = await offers.of(target, client)
      return isCallFailure(discovered) ? discovered : { ...discovered, target: target.name }
    }),
  )
  const { came, failed } = sort(outcomes)
  const failure = failed.find(({ kind }) => kind !== 'unsupported_version')
  const nobody = came.length === 0 && targets.length > 0
  if (failure !== undefined && (failClosed || nobody)) return exchange.fail(failure)
  if (nobody && failed[0] !== undefined) return exchange.fail(failed[0])
  otherEra.report(failed)
  for (const { detail } of failed) log.debug({ detail }, 'a target is left out')
  grant(exchange, idOf(call), JSON.stringify(merged(came)))
}

function merged(parts: readonly (Discovered & { readonly target: string })[]): object {
  const results = parts.map(({ result }) => result)
  const instructions = mergeInstructions(
    parts.map(({ target, result }) => ({ target, instructions: result.instructions })),
  )
  return {
    resultType: 'complete',
    supportedVersions: MODERN_VERSIONS.filter(version =>
      results.every(
        ({ supportedVersions }) =>
          Array.isArray(supportedVersions) && supportedVersions.includes(version),
      ),
    ),
    capabilities: mergeCapabilities(results.map(({ capabilities }) => capabilities)),
    ...(instructions === undefined ? {} : { instructions }),
    ...mergeHints(results.map(hintsOf)),
    _meta: { [SERVER_INFO]: IMPLEMENTATION },
  }
}
