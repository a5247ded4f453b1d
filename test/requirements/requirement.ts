/**
 * What the gateway promises, in one sentence, and where the promise comes from: a specification, or
 * the page of our documentation that makes it. A test that keeps a promise names its id in square
 * brackets in its title: `test('… [CHAL-3]', …)`. test/repo/requirements.test.ts compares the two.
 */
export type Requirement = {
  readonly id: string
  readonly behaviour: string
  /** `RFC n §n`, a page and section of the MCP specification, a SEP, or a file of this repository. */
  readonly source: string
}
