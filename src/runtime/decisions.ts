import { BoundedMap } from '../mcp/bounded-map.ts'
import type { Call } from '../mcp/call.ts'
import type { Client, Judge, ListedKind } from '../mcp/client.ts'
import type { CallFailure } from '../mcp/failure.ts'
import { isObject } from '../mcp/message.ts'
import type { Authorizer, Verdict } from '../policy/authorizer.ts'
import type { Item } from '../policy/item.ts'
import { explainVerdict, ruleName } from '../policy/wording.ts'

/** Which member of an entry names it, and the call that would use it. */
const LISTED: Readonly<
  Record<
    ListedKind,
    { readonly kind: Item['kind']; readonly name: string; readonly method: string }
  >
> = {
  tool: { kind: 'tool', name: 'name', method: 'tools/call' },
  prompt: { kind: 'prompt', name: 'name', method: 'prompts/get' },
  resource: { kind: 'resource', name: 'uri', method: 'resources/read' },
  resourceTemplate: { kind: 'resource', name: 'uriTemplate', method: 'resources/read' },
  task: { kind: 'task', name: 'taskId', method: 'tasks/get' },
}

/** What methods are about, by what stands before their slash. */
const KINDS: ReadonlyMap<string, Item['kind']> = new Map([
  ['tools', 'tool'],
  ['prompts', 'prompt'],
  ['resources', 'resource'],
  ['subscriptions', 'resource'],
  ['tasks', 'task'],
])

/** Annotations of tools that were seen in lists, so that calls can be judged by them too. */
export type SeenAnnotations = {
  get(target: string, tool: string): Annotations | undefined
  set(target: string, tool: string, annotations: Annotations): void
}

type Annotations = Readonly<Record<string, unknown>>

const MOST_TOOLS = 10_000

export function createSeenAnnotations(): SeenAnnotations & { close(): void } {
  const seen = new BoundedMap<string, Annotations>(MOST_TOOLS)
  return {
    // The name of a target holds no underscore.
    get: (target, tool) => seen.get(`${target}_${tool}`),
    set: (target, tool, annotations) => seen.set(`${target}_${tool}`, annotations),
    close: () => undefined,
  }
}

/**
 * The rules of a route as the MCP engine asks for them.
 *
 * @param explains whether a denial says so, instead of answering as if the name did not exist
 */
export function createJudge(
  authorizer: Authorizer | undefined,
  explains: boolean,
  seen: SeenAnnotations,
): (client: Pick<Client, 'identity' | 'request'>) => Judge {
  if (authorizer === undefined) return () => PERMITS
  return ({ identity, request }) => ({
    listed(listedKind, entry, target) {
      const { kind, name: member, method } = LISTED[listedKind]
      const name = entry[member]
      if (typeof name !== 'string') return false
      const annotations = isObject(entry.annotations) ? entry.annotations : {}
      if (kind === 'tool') seen.set(target, name, annotations)
      const use = { method, item: { kind, name, target, annotations }, arguments: undefined }
      return authorizer.decide({ ...use, listed: true }, identity, request).outcome !== 'denied'
    },
    decide(call, target, upstreamName) {
      const kind = kindOf(call.method, call.message)
      const name = upstreamName ?? itemName(call)
      if (name === undefined || kind === undefined) return undefined
      const annotations = kind === 'tool' ? seen.get(target, name) : undefined
      const item: Item = { kind, name, target, annotations }
      const given = call.message.params?.arguments
      const use = {
        method: call.method,
        item,
        arguments: isObject(given) ? given : {},
        listed: false,
      }
      const verdict = authorizer.decide(use, identity, request)
      const shown = itemName(call) ?? name
      return failureOf(verdict, item, shown, identity.authenticated, explains)
    },
    // Of prompts nothing is noted: the engine knows its lists for a while.
    unseen: (kind, target, name) =>
      authorizer.restricts(kind, target) &&
      (kind === 'prompt' || seen.get(target, name) === undefined),
  })
}

const PERMITS: Judge = Object.freeze({
  listed: () => true,
  decide: () => undefined,
  unseen: () => false,
})

/** What calls of a method are about; undefined: nothing that rules know. */
export function kindOf(method: string, message?: Call['message']): Item['kind'] | undefined {
  if (method !== 'completion/complete')
    return KINDS.get(method.slice(0, Math.max(0, method.indexOf('/'))))
  const ref = message?.params?.ref
  return isObject(ref) && ref.type === 'ref/resource' ? 'resource' : 'prompt'
}

/** The name that a call carries, as its client wrote it. */
export function itemName({
  method,
  name,
  message,
}: Pick<Call, 'method' | 'name' | 'message'>): string | undefined {
  if (method !== 'completion/complete') return name
  const ref = message.params?.ref
  const named = isObject(ref) ? (ref.name ?? ref.uri) : undefined
  return typeof named === 'string' ? named : undefined
}

/** @param shown the name as the client wrote it */
export function failureOf(
  verdict: Verdict,
  item: Item,
  shown: string,
  authenticated: boolean,
  explains: boolean,
): CallFailure | undefined {
  if (verdict.outcome === 'allowed') return undefined
  if (verdict.outcome === 'insufficient_scope') return scopesFailure(verdict.scopes, authenticated)
  const rule = ruleName(verdict.ruling)
  if (explains) {
    return { kind: 'denied', detail: explainVerdict(verdict.ruling, item.kind, shown), rule }
  }
  // The same words that an unknown name gets, so that nobody learns what exists.
  return { kind: 'unknown_name', detail: `Unknown ${item.kind}: ${shown}`, rule }
}

/** Who sent no token is asked for one, who sent one for a better one (RFC 6750 §3.1). */
export function scopesFailure(scopes: readonly string[], authenticated: boolean): CallFailure {
  return {
    kind: authenticated ? 'insufficient_scope' : 'token_needed',
    detail: `this operation needs the ${scopes.length === 1 ? 'scope' : 'scopes'} ${scopes.join(' ')}`,
    scopes,
  }
}
