/** Scopes of a claim: words of a text (RFC 9068 §2.2.3), or a list of texts, as Okta and Auth0 write. */
export function scopesIn(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return words(claim)
  return texts(claim).flatMap(words)
}

/**
 * Roles of a claim: a text, a list of texts, or an object. In an object whose members hold lists of
 * roles (Keycloak's `resource_access`) the roles of a client are `client:role`, so that no client's
 * role is mistaken for another's; in any other object (Zitadel) the names of its members are the roles.
 */
export function rolesIn(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim === '' ? [] : [claim]
  if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) return texts(claim)
  return Object.entries(claim).flatMap(([name, inner]: [string, unknown]) => {
    const nested =
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, 'roles')
        ? texts((inner as { roles: unknown }).roles)
        : undefined
    return nested === undefined ? [name] : nested.map(role => `${name}:${role}`)
  })
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

function texts(claim: unknown): string[] {
  return Array.isArray(claim) ? claim.filter(value => typeof value === 'string') : []
}
