import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { Exchange } from '../connection.ts'
import { refusedEra } from '../era-mismatch.ts'
import { OWN_LEGACY_VERSION } from '../eras.ts'
import type { CallFailure } from '../failure.ts'
import { IMPLEMENTATION, readOpened } from '../handshake.ts'
import { edit } from '../json-text.ts'
import { isObject } from '../message.ts'
import type { Session, TargetState } from '../session.ts'
import type { Opened, Target } from '../target.ts'
import { isCallFailure, sort, within } from './ask.ts'
import {
  mergeCapabilities,
  mergeInstructions,
  type Offered,
  ofSession,
  withoutSession,
} from './capabilities.ts'
import { idOf } from './inward.ts'
import type { Members } from './members.ts'
import { grant } from './refusal.ts'

/** Tells what each target calls the session, before the answer is given. */
type Remember = (targets: Session['targets']) => void

/**
 * `initialize` of a client, with all targets.
 *
 * @param key of the session; `pooled`: the client gets none, and is promised nothing that needs one
 */
export type Opening = (
  call: Call,
  session: Pick<Session, 'key' | 'pooled'>,
  client: Client,
  exchange: Exchange,
  remember: Remember,
) => Promise<void>

type Part = { readonly target: Target; readonly opened: Opened; readonly state: TargetState }

export function createOpening(members: Members): Opening {
  const { targets, failClosed, plain, otherEra, log } = members

  const open = async (
    target: Target,
    key: string,
    call: Call,
    client: Client,
  ): Promise<Part | CallFailure> => {
    const outgoing = { text: call.text, method: 'initialize', client }
    const opened = await within(members, target, () => target.initialize(key, outgoing))
    if (isCallFailure(opened)) return opened
    const { error } = opened.message
    if (error !== undefined && !plain) return refusedEra(target.name, error)
    return { target, opened, state: readOpened(opened) }
  }

  return async (call, { key, pooled }, client, exchange, remember) => {
    const offered = pooled ? withoutSession : ofSession
    const outcomes = await Promise.all(targets.map(target => open(target, key, call, client)))
    const { came, failed } = sort(outcomes)
    const [only] = came
    if (plain && only !== undefined) {
      if (only.opened.message.error === undefined) remember({ [only.target.name]: only.state })
      return exchange.answer(
        pooled ? promising(only.opened, withoutSession) : only.opened.text,
        only.opened.message,
      )
    }
    const [failure] = failed.filter(({ kind }) => kind !== 'unsupported_version')
    const nobody = came.length === 0 && targets.length > 0
    if (failure !== undefined && (failClosed || nobody)) return exchange.fail(failure)
    if (nobody && failed[0] !== undefined) return exchange.fail(failed[0])
    otherEra.report(failed)
    for (const { kind, detail } of failed)
      if (kind !== 'unsupported_version') log.warn({ detail }, 'a session lacks a target')
    remember(Object.fromEntries(came.map(({ target, state }) => [target.name, state])))
    grant(exchange, idOf(call), JSON.stringify(mergeOpened(came, call, offered)))
  }
}

function promising({ text, message: { result } }: Opened, offered: Offered): string {
  if (!isObject(result) || !isObject(result.capabilities)) return text
  return edit(text, [[['result', 'capabilities'], JSON.stringify(offered(result.capabilities))]])
}

function mergeOpened(parts: readonly Part[], { message }: Call, offered: Offered): object {
  const results = parts.map(({ target, opened }) => ({
    target: target.name,
    ...(isObject(opened.message.result) ? opened.message.result : {}),
  })) as readonly (Readonly<Record<string, unknown>> & { readonly target: string })[]
  const instructions = mergeInstructions(
    results.map(({ target, instructions: own }) => ({ target, instructions: own })),
  )
  return {
    protocolVersion: oldest(
      results.map(({ protocolVersion }) => protocolVersion),
      message.params,
    ),
    capabilities: offered(mergeCapabilities(results.map(({ capabilities }) => capabilities))),
    serverInfo: IMPLEMENTATION,
    ...(instructions === undefined ? {} : { instructions }),
  }
}

/** The revision that all of them can serve: versions are dates. */
function oldest(
  versions: readonly unknown[],
  params: Readonly<Record<string, unknown>> = {},
): string {
  const { protocolVersion } = params
  const own =
    typeof protocolVersion === 'string' && protocolVersion < OWN_LEGACY_VERSION
      ? protocolVersion
      : OWN_LEGACY_VERSION
  const strings = versions.filter(version => typeof version === 'string')
  return strings.toSorted()[0] ?? own
}
