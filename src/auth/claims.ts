import { Secret } from '../config/secret.ts'
import { claimAt } from '../providers/claim.ts'
import type { ClaimNames } from '../providers/profile.ts'
import { freezeDeep } from './freeze.ts'
import type { Identity } from './identity.ts'
import { rolesIn, scopesIn } from './scopes.ts'

/**
 * Who a verified token speaks for, in the words of its provider's profile.
 *
 * @param token the credential as it goes on where the configuration passes it through
 * @param client the client that the gateway itself knows to hold the token; undefined: the claim counts
 */
export function identityOf(
  claims: Readonly<Record<string, unknown>>,
  names: ClaimNames,
  token: string,
  client?: string,
): Identity {
  const exp = claims.exp
  return freezeDeep({
    authenticated: true,
    credential: 'token',
    issuer: textAt(claims, ['iss']),
    subject: textAt(claims, names.subject),
    client: client ?? textAt(claims, names.client),
    scopes: unique(names.scopes.flatMap(name => scopesIn(claimAt(claims, name)))),
    ...rolesIn(names.roles.map(name => claimAt(claims, name))),
    claims,
    expiresAt: typeof exp === 'number' ? exp : undefined,
    token: new Secret(token),
  })
}

/** The first of these claims that says something; some providers give ids as numbers. */
function textAt(claims: Readonly<Record<string, unknown>>, names: readonly string[]): string {
  for (const name of names) {
    const value = claimAt(claims, name)
    if (typeof value === 'string' && value !== '') return value
    if (typeof value === 'number') return String(value)
  }
  return ''
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)]
}
