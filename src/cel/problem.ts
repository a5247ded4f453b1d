/** What is wrong with an expression. */
export type Problem = {
  readonly message: string
  /** Of the first character that it is about, from 0. */
  readonly at: number
  readonly hint?: string
  /** A word that is not known, and the ones that are: for a suggestion. */
  readonly unknown?: { readonly word: string; readonly known: readonly string[] }
}
