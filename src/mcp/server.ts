import type { Call } from './call.ts'
import type { Client } from './client.ts'
import type { Session } from './session.ts'

/**
 * An MCP server as its callers see it: one target, or several that are made to look like one. Every
 * method answers through the client it is given, now or later, and never throws.
 */
export type McpServer = {
  /** A call of the 2026-07-28 era or later. */
  modern(call: Call, client: Client): void
  /**
   * `initialize` of a legacy client.
   *
   * @param opened to be called with what each target calls the session; gives the id for the client
   */
  initialize(call: Call, client: Client, opened: OpenSession): void
  /** Any other legacy message within a session. */
  inSession(call: Call, session: Session, client: Client): void
  /** The stream for what belongs to no request (GET). */
  listen(session: Session, lastEventId: string | undefined, client: Client): void
  /** The client is done with the session (DELETE). */
  endSession(session: Session, client: Client): void
  /** A legacy request (or batch) outside any session; also `initialize` where clients get none. */
  stateless(call: Call, client: Client): void
  /**
   * GET or HEAD outside any session, where the route leaves every answer to its target; absent: such
   * requests are refused here. Clients look for the target's challenge with them.
   */
  unsessioned?(method: 'GET' | 'HEAD', client: Client): void
  /** Undefined: ready; else what is not. */
  notReady(): string | undefined
  /** Ends what runs for nobody any more; open exchanges may finish. Settles when nothing is left. */
  close(): Promise<void>
}

export type OpenSession = (targets: Session['targets'], key: string) => string
