import { authorizationServerChecks } from './authorization-server-checks.ts'
import { browserChecks } from './browser-checks.ts'
import { challengeChecks } from './challenge-checks.ts'
import type { Check } from './check.ts'
import type { Evidence } from './evidence.ts'
import type { Finding } from './finding.ts'
import { metadataChecks } from './metadata-checks.ts'

/** In the order in which clients meet them, so that the first that is broken is the one to mend first. */
export const checks: readonly Check[] = [
  ...challengeChecks,
  ...metadataChecks,
  ...authorizationServerChecks,
  ...browserChecks,
]

/** Every finding that can be made, in the order of the checks; of an endpoint that does not answer, just that. */
export function examine(evidence: Evidence): readonly Finding[] {
  const isThere = evidence.knocks.initialize.answer !== undefined
  const asked = isThere ? checks : checks.filter(({ name }) => name === 'initialize')
  return asked.flatMap(({ name, fine, look }): Finding[] => {
    const problem = look(evidence)
    if (problem === 'unknown') return []
    if (problem === undefined) {
      return [{ check: name, state: 'fine', says: fine, evidence: [], change: undefined }]
    }
    const { says, evidence: lines = [], change, weak = false } = problem
    return [{ check: name, state: weak ? 'weak' : 'broken', says, evidence: lines, change }]
  })
}
