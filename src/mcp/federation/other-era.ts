import type { Log } from '../../observe/log.ts'
import { BoundedMap } from '../bounded-map.ts'
import type { CallFailure } from '../failure.ts'

/**
 * Targets that clients of one era do not meet, because they speak only the other. Said once of each: it
 * is so at every request, and nobody who reads the log at its usual level would learn of it otherwise.
 */
export type OtherEra = {
  /** @param failures of targets that were left out; those for other reasons are passed over */
  report(failures: readonly CallFailure[]): void
}

const MAX_REPORTED = 1_000

export function createOtherEra(log: Log): OtherEra {
  const reported = new BoundedMap<string, true>(MAX_REPORTED)
  return {
    report(failures) {
      for (const { kind, detail } of failures) {
        if (kind !== 'unsupported_version' || reported.get(detail) !== undefined) continue
        reported.set(detail, true)
        log.warn(
          { detail },
          'clients of the other era do not see a target; each client meets the servers of its own',
        )
      }
    },
  }
}
