import { compactVerify, errors } from 'jose'
import { excerpt } from './excerpt.ts'
import { type AuthFailure, isFailure } from './failure.ts'
import type { VerificationKey } from './key-set.ts'
import type { Keys } from './keys.ts'
import type { UnverifiedToken } from './token.ts'

/** So many keys are tried for one token at most; each try costs as much as several requests. */
const MAX_TRIES = 4

/** The key of the issuer that made the signature. Looks at nothing but the signature. */
export async function verifySignature(
  token: UnverifiedToken,
  keys: Keys,
): Promise<VerificationKey | AuthFailure> {
  const candidates = await keys.find(token.alg, token.kid)
  if (isFailure(candidates)) return candidates
  if (candidates.length > MAX_TRIES) {
    return {
      kind: 'unknown_key',
      detail: `the token does not say which of ${candidates.length} keys for ${token.alg} signed it`,
    }
  }
  let problem: AuthFailure = { kind: 'bad_signature', detail: 'the signature is not valid' }
  for (const key of candidates) {
    const imported = await key.import(token.alg).catch(() => undefined)
    if (imported === undefined) problem = brokenKey(key)
    else if (await verifies(token, imported)) return key
  }
  return problem
}

async function verifies(
  token: UnverifiedToken,
  key: Parameters<typeof compactVerify>[1],
): Promise<boolean> {
  try {
    await compactVerify(token.text, key, { algorithms: [token.alg] })
    return true
  } catch (error) {
    if (error instanceof errors.JOSEError) return false
    throw error
  }
}

function brokenKey(key: VerificationKey): AuthFailure {
  return {
    kind: 'unknown_key',
    detail: `key ${excerpt(key.kid)} of the issuer cannot be used: its numbers make no key`,
  }
}
