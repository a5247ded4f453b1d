/** Scopes of a claim: words of a text (RFC 9068 §2.2.3), or a list of texts, as Okta and Auth0 write. */
export function scopesIn(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return words(claim)
  return texts(claim).flatMap(words)
}

/** Roles in all the ways in which they are asked for. */
export type Roles = {
  /** All of them; that of a client as `client:role`. */
  readonly roles: readonly string[]
  readonly globalRoles: readonly string[]
  readonly clientRoles: Readonly<Record<string, readonly string[]>>
}

/**
 * Roles of claims: texts, lists of texts, or objects. In an object whose members hold lists of
 * roles (Keycloak's `resource_access`) the roles of a client are its own, so that no client's role is
 * mistaken for another's; in any other object (Zitadel) the names of its members are the roles.
 */
export function rolesIn(claims: readonly unknown[]): Roles {
  const all = new Set<string>()
  const global = new Set<string>()
  const byClient = new Map<string, Set<string>>()
  const addGlobal = (role: string): void => {
    all.add(role)
    global.add(role)
  }
  for (const claim of claims) {
    if (typeof claim === 'string' && claim !== '') addGlobal(claim)
    for (const role of texts(claim)) addGlobal(role)
    if (typeof claim !== 'object' || claim === null || Array.isArray(claim)) continue
    for (const [name, inner] of Object.entries(claim)) {
      const roles = rolesOfClient(inner)
      if (roles === undefined) addGlobal(name)
      for (const role of roles ?? []) {
        all.add(`${name}:${role}`)
        byClient.set(name, (byClient.get(name) ?? new Set()).add(role))
      }
    }
  }
  return {
    roles: [...all],
    globalRoles: [...global],
    clientRoles: Object.fromEntries([...byClient].map(([client, roles]) => [client, [...roles]])),
  }
}

function rolesOfClient(inner: unknown): string[] | undefined {
  if (typeof inner !== 'object' || inner === null || !Object.hasOwn(inner, 'roles'))
    return undefined
  return texts((inner as { roles: unknown }).roles)
}

function words(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

function texts(claim: unknown): string[] {
  return Array.isArray(claim) ? claim.filter(value => typeof value === 'string') : []
}
