import { createPrivateKey } from 'node:crypto'
import type { ProviderProfile } from '../../providers/profile.ts'
import type { Locate } from '../resource.ts'
import type { SecretSource } from '../schema/content.ts'
import type { IntrospectionConfig } from '../schema/introspection.ts'
import type { Secret } from '../secret.ts'
import type { Introspection } from '../snapshot.ts'
import { readSecret } from './content.ts'
import type { Compilation } from './context.ts'

/** What of a policy says how opaque tokens are checked. */
export type IntrospectionPolicy = {
  readonly introspection?: IntrospectionConfig | undefined
  /** Of the relay: it may ask where nothing else is said. */
  readonly clientId?: string | undefined
  readonly clientSecret?: SecretSource | undefined
  readonly audiences?: readonly string[] | undefined
}

/**
 * How tokens that only the issuer can read are checked. Without a word about it the client of the
 * relay asks, and only about tokens that the relay has sealed; with `introspection` also about bare ones.
 * Undefined: they are refused.
 */
export function compileIntrospection(
  policy: IntrospectionPolicy,
  profile: ProviderProfile,
  locate: Locate,
  compilation: Compilation,
): Introspection | undefined {
  if (profile.tokens.check !== undefined) return ownCheck(policy, profile, locate, compilation)
  const { introspection: given, clientId: own, clientSecret } = policy
  const clientId = given?.clientId ?? own
  const secret = given?.clientSecret ?? (given?.clientId === undefined ? clientSecret : undefined)
  const isComplete = clientId !== undefined && (secret ?? given?.privateKey) !== undefined
  if (!isComplete && (given !== undefined || profile.tokens.kind === 'opaque')) {
    compilation.report.error(
      given === undefined ? locate('provider') : locate('introspection'),
      `${profile.title} tells only a client with a secret or key about tokens, and none is configured`,
      'Set introspection: {clientId: …, clientSecret: …}, or privateKey in place of the secret',
    )
  }
  const authentication = given?.privateKey
    ? privateKey(given.privateKey, given.keyId, locate, compilation)
    : clientSecretOf(secret, given?.method, locate, compilation)
  return clientId === undefined || authentication === undefined
    ? undefined
    : { url: given?.url, clientId, authentication, bareTokens: given !== undefined }
}

/** The provider's own check compares the client of the token with ours, so it has to be the relay's. */
function ownCheck(
  { introspection, clientId, clientSecret, audiences = [] }: IntrospectionPolicy,
  { tokens, title, hints }: ProviderProfile,
  locate: Locate,
  compilation: Compilation,
): Introspection | undefined {
  if (introspection !== undefined) {
    compilation.report.error(
      locate('introspection'),
      `${title} has a check of its own for tokens, for which clientId and clientSecret are used`,
      'Remove introspection',
    )
  }
  // That clientId is missing is said where the relay is compiled.
  if (clientId === undefined) return undefined
  const bareTokens = audiences.length > 0
  if (tokens.check?.authenticated !== true) {
    return { url: undefined, clientId, authentication: { kind: 'none' }, bareTokens }
  }
  if (clientSecret === undefined) {
    compilation.report.error(
      locate('clientId'),
      `${title} tells only its client with the secret about tokens, and clientSecret is not given`,
      `Set clientSecret: ${hints.registration}`,
    )
    return undefined
  }
  const secret = readSecret(clientSecret, locate('clientSecret'), compilation)
  return (
    secret && {
      url: undefined,
      clientId,
      authentication: { kind: 'secret', secret, method: 'client_secret_basic' },
      bareTokens,
    }
  )
}

function clientSecretOf(
  source: SecretSource | undefined,
  method: IntrospectionConfig['method'],
  locate: Locate,
  compilation: Compilation,
): Introspection['authentication'] | undefined {
  if (source === undefined) return undefined
  const secret = readSecret(source, locate('introspection', 'clientSecret'), compilation)
  return secret && { kind: 'secret', secret, method }
}

function privateKey(
  source: SecretSource,
  keyId: string | undefined,
  locate: Locate,
  compilation: Compilation,
): Introspection['authentication'] | undefined {
  const spot = locate('introspection', 'privateKey')
  const key = readSecret(source, spot, compilation)
  if (key === undefined) return undefined
  if (isSigningKey(key)) return { kind: 'key', key, keyId }
  compilation.report.error(
    spot,
    'expected a private key (RSA, EC or Ed25519) as PEM, got something else',
    'It begins with -----BEGIN PRIVATE KEY-----',
  )
  return undefined
}

function isSigningKey(key: Secret): boolean {
  try {
    const { asymmetricKeyType: type } = createPrivateKey(key.reveal())
    return type === 'rsa' || type === 'ec' || type === 'ed25519'
  } catch {
    return false
  }
}
