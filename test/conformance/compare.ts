import type { Check, Run } from './suite.ts'

/** How many checks passed, of those that passed, failed or warned. */
export function score({ checks }: Run): { passed: number; total: number } {
  const count = (...statuses: Check['status'][]) =>
    checks.filter(check => statuses.includes(check.status)).length
  return { passed: count('SUCCESS'), total: count('SUCCESS', 'FAILURE', 'WARNING') }
}

/**
 * The checks that came out differently, as lines: those of one run that have no partner of the same
 * scenario, id, name and status in the other. What is only information is not compared.
 */
export function differences(direct: Run, through: Run): string[] {
  return [
    ...unmatched(direct, through, 'direct only'),
    ...unmatched(through, direct, 'gateway only'),
  ]
}

function unmatched(run: Run, other: Run, label: string): string[] {
  const key = ({ scenario, id, name, status }: Check) => `${scenario}: ${id} (${name}) ${status}`
  const judged = ({ checks }: Run) => checks.filter(check => check.status !== 'INFO')
  const partners = new Map<string, number>()
  for (const check of judged(other)) partners.set(key(check), (partners.get(key(check)) ?? 0) + 1)
  return judged(run).flatMap(check => {
    const left = partners.get(key(check)) ?? 0
    partners.set(key(check), left - 1)
    return left > 0 ? [] : [`${label}: ${key(check)} ${check.errorMessage ?? ''}`.trimEnd()]
  })
}

/** The checks that failed, as lines. */
export function failures({ checks }: Run): string[] {
  return checks
    .filter(check => check.status === 'FAILURE')
    .map(check => `${check.scenario}: ${check.id} (${check.name}) ${check.errorMessage ?? ''}`)
}
