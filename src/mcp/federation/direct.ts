import type { Call } from '../call.ts'
import type { CataloguedKind, Client } from '../client.ts'
import { CATALOGUED, type Decisions } from '../decisions.ts'
import type { McpServer } from '../server.ts'
import type { BytePath } from '../transports/http-server.ts'

/**
 * The one target of a backend, by the shorter of two ways: bytes pass unread where nothing in them has
 * to be known, and message by message otherwise.
 *
 * @param target name of the target, for decisions
 */
export function createDirect(
  target: string,
  bytes: BytePath,
  messages: McpServer,
  decisions: Decisions,
): McpServer {
  const { restricts } = decisions

  /**
   * Lists are filtered, names that nobody has seen yet looked for, batches taken apart, and event streams made into
   * JSON where they are read.
   */
  const needsReading = ({ kind, method, name, acceptsStream }: Call, client: Client): boolean =>
    kind === 'batch' ||
    !acceptsStream ||
    method === 'server/discover' ||
    (restricts &&
      (method.endsWith('/list') || isUnseen(CATALOGUED.get(method), name ?? '', client)))

  const isUnseen = (kind: CataloguedKind | undefined, name: string, client: Client): boolean =>
    kind !== undefined && decisions.unseen(kind, target, name, client)

  return {
    ...messages,

    modern(call, client) {
      client.reaches(target)
      if (needsReading(call, client)) return messages.modern(call, client)
      const refused =
        restricts && call.kind === 'request' && !UNDECIDED.has(call.method)
          ? decisions.decide(call, target, call.name, client)
          : undefined
      if (refused !== undefined) client.fail(refused)
      else bytes.modern(call, client)
    },

    initialize(call, client, opened) {
      client.reaches(target)
      if (needsReading(call, client)) messages.initialize(call, client, opened)
      else bytes.initialize(call, client, opened)
    },

    inSession(call, session, client) {
      client.reaches(target)
      if (needsReading(call, client)) return messages.inSession(call, session, client)
      const refused =
        restricts && call.kind === 'request' && !UNDECIDED.has(call.method)
          ? decisions.decide(call, target, call.name, client)
          : undefined
      if (refused !== undefined) client.fail(refused)
      else bytes.inSession(call, session, client)
    },

    // A stream that is taken up again may bring a list.
    listen(session, lastEventId, client) {
      client.reaches(target)
      const { listen } = restricts ? messages : bytes
      listen(session, lastEventId, client)
    },
    endSession(session, client) {
      client.reaches(target)
      bytes.endSession(session, client)
    },
    ...(bytes.unsessioned !== undefined && { unsessioned: bytes.unsessioned }),
  }
}

/** What belongs to the life cycle is no matter of decisions. */
const UNDECIDED: ReadonlySet<string> = new Set([
  'initialize',
  'ping',
  'server/discover',
  'subscriptions/listen',
  'logging/setLevel',
])
