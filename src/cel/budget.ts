/** What one decision may look at: elements of lists that it goes through, characters that it matches. */
const MOST = 200_000

/** An expression would look at too much; whoever asked gets no answer, and a rule denies. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent'
}

/**
 * Bounds the time that evaluation takes. Arguments of a call are written by its client, and two loops over long
 * lists, or a pattern over megabytes, would keep the process from everything else for seconds.
 */
export class Budget {
  #left = MOST
  /** One for all: where loops go on after an error, making a new one each time would cost most. */
  #spent: BudgetSpent | undefined

  /**
   * Gives the value back, after its length was taken out of the budget.
   *
   * @throws BudgetSpent where not enough is left, now and from then on
   */
  spend(value: unknown): unknown {
    if (Array.isArray(value) || typeof value === 'string') this.#left -= value.length
    if (this.#left >= 0) return value
    this.#spent ??= new BudgetSpent(`more than ${MOST} elements are too many for a rule`)
    throw this.#spent
  }
}
