import type { ListedKind } from '../decisions.ts'

/** What the entries of a list are, and where their names are written. */
export type ListKind = {
  /** Member of the result that holds the entries. */
  readonly member: 'tools' | 'prompts' | 'resources' | 'resourceTemplates' | 'tasks'
  /** Member of an entry that names it. */
  readonly name: 'name' | 'uri' | 'uriTemplate' | 'taskId'
  readonly space: NameSpace
  readonly listed: ListedKind
}

/** How names of a kind are joined with their target. */
export type NameSpace = 'tool' | 'prompt' | 'uri' | 'task'

/** How a method of a client finds its target. */
export type Routing =
  /** To every target that offers it; the results become one. */
  | { readonly to: 'list'; readonly offers: Offer; readonly list: ListKind }
  /** To the target whose name, URI or id stands at `params.{member}`. */
  | {
      readonly to: 'one'
      readonly space: NameSpace
      readonly member: string
    }
  /** To the target of the prompt or resource template at `params.ref`. */
  | { readonly to: 'ref' }
  /** To every target that offers it; the answer is empty. */
  | { readonly to: 'all'; readonly offers: Offer }
  /** Answered here. */
  | { readonly to: 'gateway'; readonly answer: 'ping' | 'discover' | 'subscriptions' }

/** What a target may offer, as capabilities say it. One letter each: they travel in session ids. */
export type Offer = 't' | 'p' | 'r' | 's' | 'l' | 'c' | 'k' | 'n'

/** Where capabilities of a server say so; the last step is a member that has to be there and not false. */
export const OFFERS: Readonly<Record<Offer, readonly (readonly string[])[]>> = {
  t: [['tools']],
  p: [['prompts']],
  r: [['resources']],
  s: [['resources', 'subscribe']],
  l: [['logging']],
  c: [['completions']],
  k: [['tasks'], ['extensions', 'io.modelcontextprotocol/tasks']],
  n: [['tasks', 'list']],
}

/** Methods of both eras; what is not here goes nowhere when there are several targets. */
export const ROUTES: ReadonlyMap<string, Routing> = new Map<string, Routing>([
  [
    'tools/list',
    {
      to: 'list',
      offers: 't',
      list: { member: 'tools', name: 'name', space: 'tool', listed: 'tool' },
    },
  ],
  [
    'prompts/list',
    {
      to: 'list',
      offers: 'p',
      list: { member: 'prompts', name: 'name', space: 'prompt', listed: 'prompt' },
    },
  ],
  [
    'resources/list',
    {
      to: 'list',
      offers: 'r',
      list: { member: 'resources', name: 'uri', space: 'uri', listed: 'resource' },
    },
  ],
  [
    'resources/templates/list',
    {
      to: 'list',
      offers: 'r',
      list: {
        member: 'resourceTemplates',
        name: 'uriTemplate',
        space: 'uri',
        listed: 'resourceTemplate',
      },
    },
  ],
  [
    'tasks/list',
    {
      to: 'list',
      offers: 'n',
      list: { member: 'tasks', name: 'taskId', space: 'task', listed: 'task' },
    },
  ],
  ['tools/call', { to: 'one', space: 'tool', member: 'name' }],
  ['prompts/get', { to: 'one', space: 'prompt', member: 'name' }],
  ['resources/read', { to: 'one', space: 'uri', member: 'uri' }],
  ['resources/subscribe', { to: 'one', space: 'uri', member: 'uri' }],
  ['resources/unsubscribe', { to: 'one', space: 'uri', member: 'uri' }],
  ['tasks/get', { to: 'one', space: 'task', member: 'taskId' }],
  ['tasks/update', { to: 'one', space: 'task', member: 'taskId' }],
  ['tasks/cancel', { to: 'one', space: 'task', member: 'taskId' }],
  ['tasks/result', { to: 'one', space: 'task', member: 'taskId' }],
  ['completion/complete', { to: 'ref' }],
  ['logging/setLevel', { to: 'all', offers: 'l' }],
  ['ping', { to: 'gateway', answer: 'ping' }],
  ['server/discover', { to: 'gateway', answer: 'discover' }],
  ['subscriptions/listen', { to: 'gateway', answer: 'subscriptions' }],
])

/** What the stateless era does not have any more (spec 2026-07-28, changelog). */
export const SESSION_METHODS: ReadonlySet<string> = new Set([
  'ping',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
  'tasks/list',
  'tasks/result',
])

/** What a server offers, as letters. */
export function offersOf(capabilities: unknown): string {
  return (Object.keys(OFFERS) as Offer[])
    .filter(offer => OFFERS[offer].some(path => has(capabilities, path)))
    .join('')
}

function has(value: unknown, path: readonly string[]): boolean {
  let at: unknown = value
  for (const step of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return false
    at = (at as Record<string, unknown>)[step]
  }
  return at !== undefined && at !== null && at !== false
}
