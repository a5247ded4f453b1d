/** What one check says of an endpoint. */
export type Finding = {
  readonly check: string
  /** `broken`: some clients cannot log in. `weak`: they can, but not as well. `fine`: as it has to be. */
  readonly state: 'fine' | 'weak' | 'broken'
  /** One sentence. */
  readonly says: string
  /** What was got and what was wanted, line by line. */
  readonly evidence: readonly string[]
  /** What to do about it; undefined where nothing is wrong. */
  readonly change: string | undefined
}

/** What a check finds wrong. */
export type Problem = {
  readonly says: string
  readonly evidence?: readonly string[]
  readonly change: string
  /** Nobody is kept out by it. */
  readonly weak?: boolean
}
