/**
 * Something that another MCP gateway shows in its own tests, and what became of it here: the promises of
 * `test/requirements.ts` that cover it, each with a test, or the reason why it does not apply.
 */
export type Behaviour = {
  /** What the other project calls it. */
  readonly name: string
  /** In one sentence. */
  readonly behaviour: string
} & ({ readonly requirements: readonly string[] } | { readonly reason: string })

/** A part of the tests of a project, by the name that it has there. */
export type Suite = { readonly name: string; readonly behaviours: readonly Behaviour[] }

/** A row that requirements cover. */
export function shown(
  name: string,
  behaviour: string,
  ...requirements: readonly string[]
): Behaviour {
  return { name, behaviour, requirements }
}

/** A row that does not apply. */
export function elsewhere(name: string, behaviour: string, reason: string): Behaviour {
  return { name, behaviour, reason }
}
