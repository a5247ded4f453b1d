import type { Call } from '../call.ts'
import type { Exchange } from '../connection.ts'
import { CATALOGUED } from '../decisions.ts'
import { isObject } from '../message.ts'
import type { Target } from '../target.ts'
import { ask, isCallFailure, sort } from './ask.ts'
import { type Cancelled, cancellation } from './cancellation.ts'
import type { Catalog } from './catalog.ts'
import { discover } from './discovery.ts'
import { ofItsEra } from './era-of-answer.ts'
import { guard } from './guard.ts'
import { idOf, inward } from './inward.ts'
import type { List } from './lists.ts'
import { type Members, type Scope, send } from './members.ts'
import type { Offering } from './offering.ts'
import type { Offers } from './offers.ts'
import type { Outward } from './outward.ts'
import { grant, invalidParams, methodNotFound, refuse } from './refusal.ts'
import { type Resolve, type Resolved, unknownName } from './resolve.ts'
import { type NameSpace, ROUTES, type Routing, SESSION_METHODS } from './routing.ts'
import type { Running } from './running.ts'
import type { Subscribe } from './subscriptions.ts'

/** Sends a request where it belongs. The result cancels it. */
export type Dispatch = (call: Call, scope: Scope, exchange: Exchange) => () => void

export type DispatchParts = {
  readonly members: Members
  readonly offers: Offers
  readonly offering: Offering
  readonly catalog: Catalog
  readonly resolve: Resolve
  readonly list: List
  readonly outward: Outward
  readonly running: Running
  readonly subscribe: Subscribe
}

export function createDispatch(parts: DispatchParts): Dispatch {
  const { members, offers, offering, catalog, resolve, list, outward, running, subscribe } = parts
  const { plain, decisions, targets } = members

  /** To one target, in its words. */
  const forward = (
    target: Target,
    named: { readonly path: readonly string[]; readonly name: string } | undefined,
    call: Call,
    scope: Scope,
    exchange: Exchange,
  ): (() => void) => {
    const { client, session } = scope
    client.reaches(target.name)
    const refused = decisions.decide(call, target.name, named?.name, client)
    if (refused !== undefined) {
      exchange.fail(refused)
      return NOTHING
    }
    const text = plain ? call.text : inward(members, call.text, call.message, target.name, named)
    const outgoing = { text, method: call.method, name: named?.name, client }
    const own = outward.wrap(target.name, session, exchange)
    const tracked =
      session === undefined
        ? ofItsEra(target, call, own)
        : running.track(target, call, session, client, own)
    return send(target, scope, outgoing, tracked)
  }

  const one = async (
    space: NameSpace,
    path: readonly string[],
    call: Call,
    scope: Scope,
    exchange: Exchange,
    cancelled: Cancelled,
  ): Promise<void> => {
    const name = valueAt(call.message.params, path.slice(1))
    if (typeof name !== 'string')
      return refuse(exchange, idOf(call), invalidParams(`${path.join('.')} is missing`))
    const found = await resolve(space, name, scope)
    if (isCallFailure(found)) return exchange.fail(found)
    if ('refusal' in found) return refuse(exchange, idOf(call), found.refusal)
    if (scope.session === undefined && !plain) {
      const era = await offering.of(found.target, scope)
      if (typeof era !== 'string') return exchange.fail(era)
    }
    if (await isUnknown(found, call, scope)) {
      const refused = decisions.decide(call, found.target.name, found.name, scope.client)
      return exchange.fail(refused ?? unknownName(space, name))
    }
    cancelled.by(forward(found.target, { path, name: found.name }, call, scope, exchange))
  }

  /** Servers answer for names that they do not have in many ways, and rules hide names in one. */
  const isUnknown = async (
    { target, name }: Resolved,
    { method }: Call,
    scope: Scope,
  ): Promise<boolean> => {
    const kind = CATALOGUED.get(method)
    if (kind === undefined || !decisions.unseen(kind, target.name, name, scope.client)) return false
    return (await catalog.offers(kind, target, name, scope)) === false
  }

  /** To the one target, once it is known that it speaks the modern era. */
  const inItsEra = async (
    target: Target,
    call: Call,
    scope: Scope,
    exchange: Exchange,
    cancelled: Cancelled,
  ): Promise<void> => {
    const discovered = await offers.of(target, scope.client)
    if (isCallFailure(discovered)) exchange.fail(discovered)
    else cancelled.by(forward(target, nameOf(call, ROUTES.get(call.method)), call, scope, exchange))
  }

  const all = async (
    routing: Extract<Routing, { to: 'all' }>,
    call: Call,
    scope: Scope,
    exchange: Exchange,
  ): Promise<void> => {
    const found = await offering.targets(routing.offers, scope)
    if (isCallFailure(found)) return exchange.fail(found)
    if (found.length === 0) return refuse(exchange, idOf(call), methodNotFound(call.method))
    const { client } = scope
    const outgoing = { text: call.text, method: call.method, client }
    const outcomes = await Promise.all(
      found.map(target => ask(members, target, over => send(target, scope, outgoing, over))),
    )
    const { came, failed } = sort(outcomes)
    const refused = came.find(({ message }) => message.error !== undefined)
    if (failed[0] !== undefined && (members.failClosed || came.length === 0))
      return exchange.fail(failed[0])
    if (refused !== undefined) return exchange.answer(refused.text, refused.message)
    return grant(exchange, idOf(call), '{}')
  }

  const own = (
    answer: Extract<Routing, { to: 'gateway' }>['answer'],
    call: Call,
    scope: Scope,
    exchange: Exchange,
    cancelled: Cancelled,
  ): void => {
    const isModern = scope.session === undefined
    if (answer === 'ping') grant(exchange, idOf(call), '{}')
    else if (answer === 'discover' && isModern)
      guard(members.log, exchange.fail, discover(members, offers, call, scope, exchange))
    else if (answer === 'subscriptions' && isModern) cancelled.by(subscribe(call, scope, exchange))
    else refuse(exchange, idOf(call), methodNotFound(call.method))
  }

  return (call, scope, exchange) => {
    const routing = ROUTES.get(call.method)
    const [only] = targets
    const cancelled = cancellation()
    const passes = plain && only !== undefined && !needsReading(routing, members)
    if (passes && scope.session === undefined && only.modernEra !== 'refuses') {
      guard(members.log, exchange.fail, inItsEra(only, call, scope, exchange, cancelled))
    } else if (passes) {
      cancelled.by(forward(only, nameOf(call, routing), call, scope, exchange))
    } else if (
      routing === undefined ||
      (scope.session === undefined && SESSION_METHODS.has(call.method))
    ) {
      refuse(exchange, idOf(call), methodNotFound(call.method))
    } else if (routing.to === 'list') {
      guard(members.log, exchange.fail, list(call, routing, scope, exchange))
    } else if (routing.to === 'one') {
      guard(
        members.log,
        exchange.fail,
        one(routing.space, ['params', routing.member], call, scope, exchange, cancelled),
      )
    } else if (routing.to === 'ref') {
      const ref = REFS.get(String(valueAt(call.message.params, ['ref', 'type'])))
      if (ref === undefined)
        refuse(
          exchange,
          idOf(call),
          invalidParams('params.ref is neither ref/prompt nor ref/resource'),
        )
      else
        guard(
          members.log,
          exchange.fail,
          one(ref.space, ref.path, call, scope, exchange, cancelled),
        )
    } else if (routing.to === 'all') {
      guard(members.log, exchange.fail, all(routing, call, scope, exchange))
    } else {
      own(routing.answer, call, scope, exchange, cancelled)
    }
    return cancelled.cancel
  }
}

const REFS: ReadonlyMap<string, { readonly space: NameSpace; readonly path: readonly string[] }> =
  new Map([
    ['ref/prompt', { space: 'prompt', path: ['params', 'ref', 'name'] }],
    ['ref/resource', { space: 'uri', path: ['params', 'ref', 'uri'] }],
  ])

const NOTHING = (): void => undefined

/** With one target and no prefix, only what rules or selectors look into is more than passing on. */
function needsReading(routing: Routing | undefined, { decisions, selectsAll }: Members): boolean {
  if (routing === undefined) return false
  return !(selectsAll && !decisions.restricts) && (routing.to === 'list' || routing.to === 'one')
}

function nameOf(
  { message }: Call,
  routing: Routing | undefined,
): { readonly path: readonly string[]; readonly name: string } | undefined {
  if (routing?.to !== 'one') return undefined
  const name = valueAt(message.params, [routing.member])
  return typeof name === 'string' ? { path: ['params', routing.member], name } : undefined
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let at = value
  for (const step of path) at = isObject(at) ? at[step] : undefined
  return at
}
