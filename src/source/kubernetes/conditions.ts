/** meta/v1 Condition. */
export type Condition = {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  readonly observedGeneration?: number
  /** RFC 3339. */
  readonly lastTransitionTime: string
}

/** What a translator says: the writer knows generation and time. */
export type Verdict = {
  readonly type: string
  readonly status: boolean
  /** CamelCase, as the API of the kind lists them. */
  readonly reason: string
  readonly message: string
}

/** meta/v1 allows that many characters. */
const LONGEST_MESSAGE = 32_768

export function verdict(
  type: string,
  status: boolean,
  reason: string,
  message: string = '',
): Verdict {
  return { type, status, reason, message: message.slice(0, LONGEST_MESSAGE) }
}

/**
 * Verdicts as conditions. The time of a transition is kept while the status is the same; conditions of
 * other types that are there already stay, except of those that are `gone`.
 */
export function toConditions(
  verdicts: readonly Verdict[],
  before: readonly Condition[] | undefined,
  generation: number | undefined,
  now: string,
  gone: readonly string[] = [],
): readonly Condition[] {
  const own = new Set([...verdicts.map(({ type }) => type), ...gone])
  const conditions = verdicts.map(({ type, status, reason, message }): Condition => {
    const word = status ? 'True' : 'False'
    const old = before?.find(condition => condition.type === type)
    return {
      type,
      status: word,
      reason,
      message,
      ...(generation === undefined ? {} : { observedGeneration: generation }),
      lastTransitionTime: old?.status === word ? old.lastTransitionTime : now,
    }
  })
  return [...conditions, ...(before ?? []).filter(({ type }) => !own.has(type))]
}
