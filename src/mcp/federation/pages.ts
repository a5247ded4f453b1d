import type { Call } from '../call.ts'
import type { CallFailure } from '../failure.ts'
import { edit } from '../json-text.ts'
import { isObject } from '../message.ts'
import type { Target } from '../target.ts'
import { ask, isCallFailure, type Reply } from './ask.ts'
import { createKeptPages } from './kept-pages.ts'
import { type Members, type Scope, send } from './members.ts'
import { type Page, readPage } from './page.ts'
import type { ListKind } from './routing.ts'

/** What came of asking one target for a page: it, the error that the target answered, or no answer. */
export type PageOutcome = Page | Reply | CallFailure

/** Pages of the lists of targets: from what is kept where that may be, else from the target. */
export type Pages = {
  /**
   * @param parameters of `parametersOf`; undefined: the page is neither taken from what is kept nor kept
   * @param cursor as the target gave it; undefined: the first page
   */
  of(
    call: Call,
    parameters: string | undefined,
    list: ListKind,
    target: Target,
    scope: Scope,
    cursor: string | undefined,
  ): PageOutcome | Promise<PageOutcome>
  /** What is kept of a target is out of date. */
  drop(target: string): void
}

export function createPages(members: Members): Pages {
  const { naming, now } = members
  const kept = createKeptPages(now)

  const request = async (
    { text: own, method }: Call,
    list: ListKind,
    target: Target,
    scope: Scope,
    cursor: string | undefined,
    key: string | undefined,
  ): Promise<PageOutcome> => {
    const text =
      cursor === undefined ? own : edit(own, [[['params', 'cursor'], JSON.stringify(cursor)]])
    const version = kept.version(target.name)
    const reply = await ask(members, target, over =>
      send(target, scope, { text, method, client: scope.client }, over),
    )
    if (isCallFailure(reply) || reply.message.error !== undefined) {
      kept.drop(target.name)
      return reply
    }
    const page = readPage(reply, list, naming, now())
    if (key !== undefined) kept.keep(key, page, scope.client.identity, version, reply.text.length)
    return page
  }

  return {
    of(call, parameters, list, target, scope, cursor) {
      const key =
        parameters && `${target.name} ${call.method} ${JSON.stringify(cursor ?? '')} ${parameters}`
      const found = key && kept.find(key, target.name, scope.client.identity)
      return found || request(call, list, target, scope, cursor, key)
    },

    drop: kept.drop,
  }
}

/**
 * What the result of a list request may depend on besides the caller, as text: its parameters but for the
 * cursor, which is sealed anew for each client, and headers by which servers are known to list (GitHub's
 * by `X-MCP-Toolsets`). What only traces a request is left out. Undefined where results must not be
 * kept: those of the legacy era do not say how long they hold.
 */
export function parametersOf(
  { message: { params = {} }, headers }: Call,
  scope: Scope,
): string | undefined {
  if (scope.session !== undefined) return undefined
  const { cursor: _, _meta: meta, ...rest } = params
  const telling = Object.entries(isObject(meta) ? meta : {}).filter(([name]) => !TRACES.has(name))
  const named = Object.entries(headers).filter(([name]) => LISTS_BY.test(name))
  return JSON.stringify([rest, telling, named])
}

const TRACES: ReadonlySet<string> = new Set([
  'progressToken',
  'traceparent',
  'tracestate',
  'baggage',
])

/** Headers that proxies and tracing add differ at each request and say nothing to a list. */
const LISTS_BY =
  /^(?:accept-language$|x-(?!forwarded|real-ip|request-|correlation-|trace|b3-|amz|envoy|cloud-|datadog))/
