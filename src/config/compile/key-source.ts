import type { Spot } from '../resource.ts'
import type { IssuerConfig } from '../schema/authentication.ts'
import type { JwksConfig } from '../schema/jwks.ts'
import { parseHttpUrl } from '../schema/value.ts'
import type { KeySource } from '../snapshot.ts'
import { readFile } from './content.ts'
import type { Compilation } from './context.ts'

type Jwks = Extract<KeySource, { kind: 'inline' }>['jwks']

/**
 * Where the keys of an issuer come from; without a word about it, from its metadata.
 *
 * @param fallback whether the metadata may help where a URL does not answer with keys
 */
export function compileKeySource(
  { issuer, jwks, jwksUrl }: IssuerConfig,
  fallback: boolean,
  locate: (member: string) => Spot,
  compilation: Compilation,
): KeySource | undefined {
  if (jwksUrl !== undefined) {
    return { kind: 'url', url: jwksUrl, fallback, origin: locate('jwksUrl').origin }
  }
  if (jwks?.kind === 'url') {
    return { kind: 'url', url: jwks.url, fallback, origin: locate('jwks').origin }
  }
  if (jwks !== undefined) return given(jwks, locate('jwks'), compilation)
  if (parseHttpUrl(issuer) !== undefined) return { kind: 'discovery' }
  compilation.report.error(
    locate('issuer'),
    'keys cannot be found: the issuer is no URL and jwks is not given',
    'Add jwks: {url: …} or jwks: {file: …}',
  )
  return undefined
}

function given(
  jwks: Exclude<JwksConfig, { kind: 'url' }>,
  spot: Spot,
  compilation: Compilation,
): KeySource | undefined {
  const text = jwks.kind === 'inline' ? jwks.text : readFile(jwks, spot, compilation)
  if (text === undefined) return undefined
  const parsed = parseJwks(text)
  if (parsed !== undefined) return { kind: 'inline', jwks: parsed }
  compilation.report.error(
    spot,
    'expected a JSON Web Key Set, got something else',
    'It is JSON such as {"keys": [{"kty": "RSA", …}]}',
  )
  return undefined
}

/** RFC 7517 §5. Whether each key is of use is for the verifier to say: one odd key spoils no set. */
function parseJwks(text: string): Jwks | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('keys' in value)) return undefined
  const { keys } = value
  const isList = Array.isArray(keys) && keys.every(key => typeof key === 'object' && key !== null)
  return isList ? { keys } : undefined
}
