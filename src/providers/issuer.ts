import type { ProviderProfile } from './profile.ts'

/**
 * True when a token with this `iss` comes from the configured issuer: the same text byte for byte, or
 * a spelling that the profile's templates allow. Of a templated issuer the tenant has to be a known
 * one and the profile's claim has to name it as well; an issuer for all tenants (`common`) accepts
 * none until the profile lists some.
 */
export function acceptsIssuer(
  profile: ProviderProfile,
  configured: string,
  iss: string,
  claims: Readonly<Record<string, unknown>>,
): boolean {
  if (iss === configured && profile.issuers.tenants.length === 0) return true
  const tenant = tenantOf(profile, configured, iss)
  if (tenant === undefined) return iss === configured
  const { tenants, claim } = profile.issuers
  const known =
    tenants.length > 0
      ? tenants.includes(tenant)
      : tenant === tenantOf(profile, configured, configured)
  return known && (claim === undefined || claims[claim] === tenant)
}

/**
 * True when metadata that was fetched for the configured issuer may call itself `named` (RFC 8414
 * §3.3): the same text, or a template of the profile on the same host, filled in or not.
 */
export function namesIssuer(profile: ProviderProfile, configured: string, named: unknown): boolean {
  if (typeof named !== 'string') return false
  if (named === configured) return true
  const sameHost = URL.canParse(named) && new URL(named).host === new URL(configured).host
  return sameHost && tenantOf(profile, configured, named) !== undefined
}

/** What stands in a template's `{tenant}`. */
function tenantOf(
  profile: ProviderProfile,
  configured: string,
  issuer: string,
): string | undefined {
  for (const template of profile.issuers.templates) {
    const filled = template.replace('{origin}', () => new URL(configured).origin)
    const [before = '', after = ''] = filled.split('{tenant}')
    if (!issuer.startsWith(before) || !issuer.endsWith(after)) continue
    const tenant = issuer.slice(before.length, issuer.length - after.length)
    if (tenant !== '' && !tenant.includes('/')) return tenant
  }
  return undefined
}
