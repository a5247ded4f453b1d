import type { ProviderProfile } from './profile.ts'

/**
 * The profile for an issuer that the configuration gives no provider for: it behaves like `plain`, but its
 * advice is in the words of the provider that the issuer looks like, and names what `provider` would do.
 */
export function advised(
  plain: ProviderProfile,
  issuer: string,
  profiles: Readonly<Record<string, ProviderProfile>>,
): ProviderProfile {
  const known = recognise(issuer, profiles) ?? plain
  const { title, hints, name } = known
  const own = hints.directAudience ?? plain.hints.audience
  const relay = `configure \`provider: {${name}: {}}\`, with which the gateway binds tokens to {resource} itself`
  return { ...plain, name, title, hints: { ...hints, audience: `${own}; or ${relay}` } }
}

function recognise(
  issuer: string,
  profiles: Readonly<Record<string, ProviderProfile>>,
): ProviderProfile | undefined {
  return Object.values(profiles).find(({ recognised }) =>
    recognised.some(pattern => fits(pattern.split('*'), issuer)),
  )
}

/** Whether the pieces stand in the text in their order, the first and the last at its ends. */
function fits(pieces: readonly string[], text: string): boolean {
  const [first = '', ...rest] = pieces
  const last = rest.pop()
  if (last === undefined) return text === first
  let at = text.startsWith(first) ? first.length : -1
  for (const piece of rest) {
    const found = at < 0 ? -1 : text.indexOf(piece, at)
    at = found < 0 ? -1 : found + piece.length
  }
  return at >= 0 && text.length - last.length >= at && text.endsWith(last)
}
