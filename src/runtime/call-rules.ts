import type { Checked } from '../http/served-route.ts'
import type { Call } from '../mcp/call.ts'
import { nameOf } from '../mcp/classify.ts'
import type { Client } from '../mcp/client.ts'
import type { CallFailure } from '../mcp/failure.ts'
import { isObject, kindOf as kindOfMessage, type Message } from '../mcp/message.ts'
import type { Authorizer } from '../policy/authorizer.ts'
import type { Item } from '../policy/item.ts'
import { failureOf, itemName, kindOf, type SeenAnnotations, scopesFailure } from './decisions.ts'
import type { ItemsNamed } from './item-names.ts'
import type { Limits } from './limits.ts'

/** A call, or one of a batch, as far as rules look at it. */
export type Single = Pick<Call, 'kind' | 'method' | 'message' | 'name'>

/**
 * Judges of a call what the engine does not ask about, because no single tool, prompt, resource or task
 * is meant: scopes of methods, and subscriptions to many resources.
 */
export function createCallRules(
  authorizer: Authorizer,
  itemsNamed: ItemsNamed,
  explains: boolean,
): (call: Call, client: Client) => CallFailure | undefined {
  const judge = (call: Single, { identity, request }: Client): CallFailure | undefined => {
    const { kind, method } = call
    // Some servers do what a request says that was sent as a notification, and no rule was asked.
    if (kind === 'notification' && !method.startsWith('notifications/')) return NO_REQUEST
    if (kind !== 'request' || itemName(call) !== undefined) return undefined
    const missing = authorizer.missingScopes(method, identity)
    if (missing !== undefined) return scopesFailure(missing, identity.authenticated)
    for (const item of subscribedNames(call).flatMap(({ kind: of, name }) =>
      itemsNamed(of, name),
    )) {
      const use = { method, item, arguments: {}, listed: false }
      const verdict = authorizer.decide(use, identity, request)
      const refused = failureOf(verdict, item, item.name, identity.authenticated, explains)
      if (refused !== undefined) return refused
    }
    return undefined
  }
  return (call, client) => {
    for (const one of singly(call)) {
      const refused = judge(one, client)
      if (refused !== undefined) return refused
    }
    return undefined
  }
}

const NO_REQUEST: CallFailure = {
  kind: 'invalid_request',
  detail: 'this method is a request, and a request has an id',
}

/** A call, or those of a batch. */
function singly(call: Call): readonly Single[] {
  if (call.kind !== 'batch') return [call]
  const { text } = call
  return (JSON.parse(text) as readonly Message[]).map(message => {
    const method = message.method ?? ''
    const kind = kindOfMessage(message) ?? 'notification'
    return { kind, method, message, name: nameOf(method, message.params) }
  })
}

/** Members of `notifications` of subscriptions/listen that hold names, and of what. */
const SUBSCRIBED = { resourceSubscriptions: 'resource', taskIds: 'task' } as const

function subscribedNames({
  method,
  message,
}: Single): readonly { readonly kind: 'resource' | 'task'; readonly name: string }[] {
  const filter = method === 'subscriptions/listen' ? message.params?.notifications : undefined
  if (!isObject(filter)) return []
  return Object.entries(SUBSCRIBED).flatMap(([member, kind]) => {
    const names = filter[member]
    return Array.isArray(names)
      ? names.filter(name => typeof name === 'string').map(name => ({ kind, name }))
      : []
  })
}

/**
 * Takes a call, or each of a batch, out of the limits. Names are what clients write: where no prefix tells
 * the target, it is empty.
 */
export function limitCall(
  call: Call,
  client: Client,
  limit: NonNullable<Limits['call']>,
  namedItem: NamedItem,
): Checked {
  return limitEach(singly(call), client, limit, namedItem)
}

function limitEach(
  [first, ...rest]: readonly Single[],
  client: Client,
  limit: NonNullable<Limits['call']>,
  namedItem: NamedItem,
): Checked {
  if (first === undefined) return undefined
  if (first.kind !== 'request') return limitEach(rest, client, limit, namedItem)
  const { params } = first.message
  const given = isObject(params?.arguments) ? params.arguments : {}
  const limited = limit(first.method, namedItem(first), given, client)
  if (limited instanceof Promise) {
    return limited.then(refused => refused ?? limitEach(rest, client, limit, namedItem))
  }
  return limited ?? limitEach(rest, client, limit, namedItem)
}

/** What limits see of a call's tool, prompt, resource or task; of a tool also what lists said of it. */
export type NamedItem = (call: Single) => Item | undefined

export function createNamedItem(itemsNamed: ItemsNamed, seen: SeenAnnotations): NamedItem {
  return call => {
    const kind = kindOf(call.method, call.message)
    const name = itemName(call)
    if (kind === undefined || name === undefined) return undefined
    const [item, ...others] = itemsNamed(kind, name)
    if (item === undefined || others.length > 0) return { kind, name, target: '' }
    return kind === 'tool' ? { ...item, annotations: seen.get(item.target, item.name) } : item
  }
}
