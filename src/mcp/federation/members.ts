import type { Log } from '../../observe/log.ts'
import type { Sealer } from '../../seal/seal.ts'
import type { Client } from '../client.ts'
import type { Exchange, Outgoing } from '../connection.ts'
import type { Decisions } from '../decisions.ts'
import type { Session } from '../session.ts'
import type { Target } from '../target.ts'
import type { Health } from './health.ts'
import type { Naming } from './names.ts'
import type { OtherEra } from './other-era.ts'
import type { Selects } from './selection.ts'

/** What every part of a federation knows about it. */
export type Members = {
  /** In the order of the configuration, which is the order of lists. */
  readonly targets: readonly Target[]
  readonly naming: Naming
  /** One target and no prefix: messages pass as they are. */
  readonly plain: boolean
  /** One target that fails makes fail what all have to answer. */
  readonly failClosed: boolean
  /** For each answer that is only a part of the one that the client waits for. */
  readonly deadlineMs: number
  readonly health: Health
  readonly otherEra: OtherEra
  readonly decisions: Decisions
  readonly selects: Selects
  /** No selector hides anything. */
  readonly selectsAll: boolean
  /** False: the targets check who calls, and the gateway does not, so nothing is kept between callers. */
  readonly keepsLists: boolean
  readonly sealer: Sealer
  readonly log: Log
  readonly now: () => number
}

/** In what a message of a client travels. */
export type Scope = {
  readonly client: Client
  /** Undefined: the modern era, which has none. */
  readonly session: Session | undefined
  /** What the client can do, as the request says (modern era): lists may depend on it. */
  readonly capabilities?: unknown
}

/** Sends a request to a target in the era of its scope. */
export function send(
  target: Target,
  { session }: Scope,
  outgoing: Outgoing,
  exchange: Exchange,
): () => void {
  return session === undefined
    ? target.modern(outgoing, exchange)
    : target.request(session, outgoing, exchange)
}

export function targetNamed({ targets }: Members, name: string): Target | undefined {
  return targets.find(target => target.name === name)
}
