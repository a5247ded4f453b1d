import type { Call } from './call.ts'
import type { CataloguedKind, Client, ListedKind } from './client.ts'
import type { CallFailure } from './failure.ts'

export type { ListedKind } from './client.ts'

/** Methods whose calls name something that lists name in full. */
export const CATALOGUED: ReadonlyMap<string, CataloguedKind> = new Map([
  ['tools/call', 'tool'],
  ['prompts/get', 'prompt'],
])

/**
 * Who may see and call what; asked by the engine with the names that the target itself uses. Lists and
 * calls ask the same object, so what is not callable is not shown (invariant 11).
 */
export type Decisions = {
  /** False: neither method ever says no, so the engine may pass bytes without reading them. */
  readonly restricts: boolean
  /**
   * Whether an entry of a list is shown.
   *
   * @param item the entry as the target wrote it, parsed
   */
  listed(
    kind: ListedKind,
    item: Readonly<Record<string, unknown>>,
    target: string,
    client: Client,
  ): boolean
  /**
   * Asked before a message is sent to a target; list requests and the messages of the life cycle
   * (`initialize`, `ping`, `server/discover`, notifications) do not come here.
   *
   * @param upstreamName tool or prompt name, resource URI or task id as the target knows it; undefined
   *   where the method has none
   * @returns undefined: it may pass
   */
  decide(
    call: Call,
    target: string,
    upstreamName: string | undefined,
    client: Client,
  ): CallFailure | undefined
  /**
   * True: there are rules about this tool or prompt, and nobody knows yet whether it exists. Whoever calls it is answered
   * as if it were denied where it does not, and rules may read what the entry of a tool says.
   */
  unseen(kind: CataloguedKind, target: string, name: string, client: Client): boolean
}

/** Everything may be seen and called. */
export const PERMIT_ALL: Decisions = Object.freeze({
  restricts: false,
  listed: () => true,
  decide: () => undefined,
  unseen: () => false,
})

/**
 * As the rules of the request's own runtime say: servers outlive a reload, and so do sessions, but every
 * request is judged by the rules that it came in under.
 */
export const BY_CLIENT: Decisions = Object.freeze({
  restricts: true,
  listed: (kind, item, target, client) => client.judge.listed(kind, item, target),
  decide: (call, target, upstreamName, client) => client.judge.decide(call, target, upstreamName),
  unseen: (kind, target, name, client) => client.judge.unseen(kind, target, name),
} satisfies Decisions)
