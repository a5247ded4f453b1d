import type { ParameterRules, ProviderProfile } from '../providers/profile.ts'

/**
 * The scopes to ask the provider for, in its spelling, each once.
 *
 * @param requested in the client's spelling
 */
export function providerScopes(
  profile: ProviderProfile,
  requested: readonly string[],
  rules: ParameterRules,
): readonly string[] {
  const { scopes, audience } = profile
  const spelled = requested.map(scope => spell(profile, scope)).filter(scope => scope !== '')
  const carrier = audience.kind === 'scope' ? [audience.scope] : []
  const real = spelled.some(scope => scope !== 'offline_access')
  const asked = real ? spelled : [...scopes.default, ...spelled]
  return [...new Set([...asked, ...carrier, ...rules.addScopes])]
}

/**
 * What was granted, in the client's spelling: requested scopes as it wrote them, others as the
 * provider did, without those that only the gateway asked for. A requested scope that the provider is
 * not asked for (`offline_access` at Google) counts as granted when its effect was: a refresh token.
 *
 * @param granted as the provider answered; undefined: the same as requested (RFC 6749 §5.1)
 */
export function clientScopes(
  profile: ProviderProfile,
  requested: readonly string[],
  granted: readonly string[] | undefined,
  refreshable: boolean,
): readonly string[] {
  if (granted === undefined) return requested
  const own = new Set(providerScopes(profile, [], profile.authorize))
  const spellings = new Map(requested.map(scope => [spell(profile, scope), scope]))
  const answered = granted.flatMap(scope => {
    const asked = spellings.get(scope)
    if (asked !== undefined) return [asked]
    return own.has(scope) ? [] : [unspell(profile, scope)]
  })
  const silent = requested.filter(scope => spell(profile, scope) === '' && refreshable)
  return [...new Set([...answered, ...silent])]
}

function spell(profile: ProviderProfile, scope: string): string {
  const { translate, prefix, plain } = profile.scopes
  const translated = translate[scope]
  if (translated !== undefined) return translated
  return prefix === '' || plain.includes(scope) || scope.includes(':/') ? scope : prefix + scope
}

function unspell(profile: ProviderProfile, scope: string): string {
  const { translate, prefix } = profile.scopes
  const alias = Object.entries(translate).find(([, spelled]) => spelled === scope)
  if (alias !== undefined) return alias[0]
  return prefix !== '' && scope.startsWith(prefix) ? scope.slice(prefix.length) : scope
}
