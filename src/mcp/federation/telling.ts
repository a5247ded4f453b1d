import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import type { CallFailure } from '../failure.ts'
import { edit, textAt } from '../json-text.ts'
import type { Session } from '../session.ts'
import type { Target } from '../target.ts'
import type { BoundIds } from './bound-ids.ts'
import { inward } from './inward.ts'
import { type Members, targetNamed } from './members.ts'
import type { Running } from './running.ts'

/** Hands on what a client says within a session and waits for no answer to. */
export type Tell = (
  call: Call,
  session: Session,
  client: Client,
) => Promise<CallFailure | undefined>

export function createTell(members: Members, ids: BoundIds, running: Running): Tell {
  const { targets, plain } = members

  const notify = (target: Target, text: string, call: Call, session: Session, client: Client) =>
    target.notify(session, { text, method: call.method, client })

  /** The answer to a request of a server, to the server that has asked it in this session. */
  const respond: Tell = async (call, session, client) => {
    const { text, message } = call
    const [only] = targets
    if (plain && only !== undefined) return only.respond(session, { text, method: '', client })
    const bound = ids.unbind(session, message.id)
    const target = bound && targetNamed(members, bound.target)
    if (bound === undefined || target === undefined) return NOT_ASKED
    client.reaches(target.name)
    const own = edit(inward(members, text, message, target.name), [[['id'], bound.raw]])
    return target.respond(session, { text: own, method: '', client })
  }

  /** Progress on a request of a server, to that server. */
  const progress: Tell = async (call, session, client) => {
    const bound = ids.unbind(session, call.message.params?.progressToken)
    const target = bound && targetNamed(members, bound.target)
    if (bound === undefined || target === undefined) return undefined
    const text = edit(call.text, [[['params', 'progressToken'], bound.raw]])
    return notify(target, text, call, session, client)
  }

  /** The end of a request, to the target that works on it. */
  const cancelled: Tell = async (call, session, client) => {
    const rawId = textAt(call.text, ['params', 'requestId'])
    const target = rawId === undefined ? undefined : running.find(session.key, rawId)
    return target && notify(target, call.text, call, session, client)
  }

  const toAll: Tell = async (call, session, client) => {
    const outcomes = await Promise.all(
      targets.map(target => notify(target, call.text, call, session, client)),
    )
    // A target that is down hears of it when it is opened anew; a session that is not here is no session.
    return outcomes.find(failure => failure?.kind === 'unknown_session')
  }

  const ROUTED: ReadonlyMap<string, Tell> = new Map([
    ['notifications/progress', progress],
    ['notifications/cancelled', cancelled],
    ['notifications/initialized', toAll],
    ['notifications/roots/list_changed', toAll],
  ])

  return async (call, session, client) => {
    if (call.kind === 'response') return respond(call, session, client)
    const [only] = targets
    if (plain && only !== undefined) return notify(only, call.text, call, session, client)
    // A notification that nobody is known to have business with goes to nobody.
    return ROUTED.get(call.method)?.(call, session, client)
  }
}

const NOT_ASKED: CallFailure = {
  kind: 'invalid_request',
  detail: 'no server has asked this session what this answers',
}
