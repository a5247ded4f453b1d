import type { Identity } from '../auth/identity.ts'
import { celMap } from '../cel/values.ts'
import { IdentityVariable } from '../cel/variables.ts'

/** An identity as expressions see it. */
export type Subject = {
  readonly identity: Identity
  /** Its scopes and all that they imply. */
  readonly scopes: readonly string[]
  readonly variable: IdentityVariable
  /** Throws `ValueTooLarge` for claims beyond all measure. */
  readonly jwt: () => Readonly<Record<string, unknown>>
  readonly apiKey: () => Readonly<Record<string, unknown>>
}

export type Subjects = {
  of(identity: Identity): Subject
  /** The same as if it had these scopes instead. */
  withScopes(subject: Subject, scopes: readonly string[]): Subject
  /** Scopes and what they imply, each once. */
  effective(scopes: readonly string[]): readonly string[]
  /** The same scopes without those that others of them imply. */
  shortest(scopes: readonly string[]): readonly string[]
}

const NOTHING = Object.freeze({})

/** @param implied scope → everything that it implies */
export function createSubjects(implied: Readonly<Record<string, readonly string[]>>): Subjects {
  const known = new WeakMap<Identity, Subject>()
  const effective = (scopes: readonly string[]): readonly string[] => [
    ...new Set(
      scopes.flatMap(scope => [
        scope,
        ...(Object.hasOwn(implied, scope) ? (implied[scope] ?? []) : []),
      ]),
    ),
  ]
  return {
    of(identity) {
      const existing = known.get(identity)
      if (existing !== undefined) return existing
      const scopes = effective(identity.scopes)
      let converted: Readonly<Record<string, unknown>> | undefined
      const claims = (): Readonly<Record<string, unknown>> => {
        converted ??= celMap(identity.claims)
        return converted
      }
      const subject: Subject = {
        identity,
        scopes,
        variable: variableOf(identity, scopes),
        jwt: claims,
        apiKey: () => (identity.credential === 'apiKey' ? claims() : NOTHING),
      }
      known.set(identity, subject)
      return subject
    },
    withScopes: (subject, scopes) => ({
      ...subject,
      scopes: effective(scopes),
      variable: variableOf(subject.identity, effective(scopes)),
    }),
    effective,
    shortest(scopes) {
      let kept: readonly string[] = [...new Set(scopes)]
      for (const scope of kept) {
        const others = kept.filter(one => one !== scope)
        if (effective(others).includes(scope)) kept = others
      }
      return kept
    },
  }
}

function variableOf(identity: Identity, scopes: readonly string[]): IdentityVariable {
  const { subject, issuer, client, roles, authenticated, globalRoles, clientRoles } = identity
  return new IdentityVariable(
    { subject, issuer, client, scopes, roles, anonymous: !authenticated },
    { global: globalRoles, byClient: clientRoles },
  )
}
