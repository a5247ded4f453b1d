import type { Client } from './client.ts'
import type { Exchange, Outgoing } from './connection.ts'
import type { CallFailure } from './failure.ts'
import type { Message } from './message.ts'
import type { Session, TargetState } from './session.ts'

/**
 * One MCP server behind the gateway, message by message, whatever its transport. Names in messages are
 * its own; who may send what was decided before.
 */
export type Target = {
  readonly name: string
  readonly modernEra: ModernEra
  /** Sends a request of the modern era. */
  modern(outgoing: Outgoing, exchange: Exchange): () => void
  /**
   * Opens the target's part of a new session with the client's own `initialize`.
   *
   * @param key of the session that the id will carry
   */
  initialize(key: string, outgoing: Outgoing): Promise<Opened | CallFailure>
  /**
   * Sends a request within a session. Where the target's part of it is missing or gone, it is opened
   * first, with the parameters that the client gave to `initialize`.
   */
  request(session: Session, outgoing: Outgoing, exchange: Exchange): () => void
  /** Sends a notification; settles when the target has it. */
  notify(session: Session, outgoing: Outgoing): Promise<CallFailure | undefined>
  /** Sends the answer to a request of the server. */
  respond(session: Session, outgoing: Outgoing): Promise<CallFailure | undefined>
  /** Opens the stream for what belongs to no request, or takes up the one that an event id names. */
  listen(
    session: Session,
    client: Client,
    lastEventId: string | undefined,
    exchange: Exchange,
  ): () => void
  /** The session is over; settles when the target knows. */
  end(session: Session, client: Client): Promise<void>
  /** What the target is to this session; opens its part where that is missing. */
  attach(session: Session, client: Client): TargetState | Promise<TargetState | CallFailure>
  /** Undefined: ready; else what is not. */
  notReady(): string | undefined
  /** Ends what runs for nobody any more; open exchanges may finish. */
  close(): Promise<void>
}

/**
 * How it shows whether a target speaks the modern era. `never`: its transport is older. `refuses`: one that
 * does not refuses every request of it. `ask`: one that does not may serve such a request all the same, in
 * its own way, so `server/discover` has to come first (spec 2026-07-28, basic/transports/stdio).
 */
export type ModernEra = 'never' | 'refuses' | 'ask'

/** A target's answer to `initialize`, which may be an error. */
export type Opened = { readonly text: string; readonly message: Message; readonly id: string }
