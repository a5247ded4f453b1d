import type { CallFailure } from '../failure.ts'
import type { Target } from '../target.ts'
import { isCallFailure, sort, within } from './ask.ts'
import type { Members, Scope } from './members.ts'
import type { Offers } from './offers.ts'
import type { Offer } from './routing.ts'

/** Which targets a message that is for several is for. */
export type Offering = {
  /**
   * The targets that offer something, in order. Those of the other era are left out; those that failed
   * are too, unless the backend is to fail with them.
   */
  targets(offer: Offer, scope: Scope): Promise<readonly Target[] | CallFailure>
  /** Letters of what a target offers to this caller. */
  of(target: Target, scope: Scope): Promise<string | CallFailure>
}

export function createOffering(members: Members, offers: Offers): Offering {
  const { targets, failClosed, otherEra, log } = members

  const of = async (target: Target, { session, client }: Scope): Promise<string | CallFailure> => {
    if (session === undefined) {
      const discovered = await offers.of(target, client)
      return isCallFailure(discovered) ? discovered : discovered.offers
    }
    const state = await within(members, target, () => target.attach(session, client))
    // Nobody has looked at what passed as bytes: then the target itself is the one to say no.
    return isCallFailure(state) ? state : (state.offers ?? EVERYTHING)
  }

  return {
    of,
    async targets(offer, scope) {
      const outcomes = await Promise.all(
        targets.map(async target => {
          const letters = await of(target, scope)
          return typeof letters === 'string' ? { target, letters } : letters
        }),
      )
      const { came, failed } = sort(outcomes)
      const unmet = failed.filter(({ kind }) => kind === 'unsupported_version')
      // A session that is unknown here is for the client to open anew, whatever the others say.
      const lost = failed.find(({ kind }) => kind === 'unknown_session')
      if (lost !== undefined) return lost
      const [failure] = failed.filter(({ kind }) => kind !== 'unsupported_version')
      const nobody = came.length === 0
      if (failure !== undefined && (failClosed || nobody)) return failure
      if (nobody && unmet[0] !== undefined) return unmet[0]
      otherEra.report(failed)
      for (const { detail } of failed) log.debug({ detail }, 'a target is left out')
      return came.filter(({ letters }) => letters.includes(offer)).map(({ target }) => target)
    },
  }
}

const EVERYTHING = 'tprslckn'
