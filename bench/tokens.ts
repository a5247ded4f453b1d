import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const issuer = 'https://issuer.bench.example'
export const audience = 'https://gateway.bench.example/mcp'

/** The identity provider of the benchmark: one RSA key, no server. */
export type Issuer = {
  readonly jwks: { readonly keys: readonly object[] }
  /** An access token (RFC 9068) for one hour, RS256. */
  token(): Promise<string>
  /** The same token signed by another key under the same `kid`. */
  forged(): Promise<string>
  /** Tokens that differ from each other. */
  tokens(count: number): Promise<string[]>
}

/** The key is kept in the folder, so that a gateway that was started by hand can know it. */
export function createIssuer(folder: string): Issuer {
  const file = join(folder, 'key.pem')
  if (!existsSync(file)) {
    writeFileSync(file, newKey().export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  }
  const key = createPrivateKey(readFileSync(file))
  const jwk = { ...createPublicKey(key).export({ format: 'jwk' }), kid: 'bench', alg: 'RS256' }
  const jwks = { keys: [{ ...jwk, use: 'sig' }] }
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify(jwks))
  let count = 0
  const next = (): Promise<string> => signed(key, String(count++))
  return {
    jwks,
    token: next,
    forged: () => signed(newKey(), 'forged'),
    tokens: many => Promise.all(Array.from({ length: many }, next)),
  }
}

const newKey = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

// With a callback the thread pool signs, on all cores.
const signAsync = promisify<string, Buffer, KeyObject, Buffer>(sign)

async function signed(key: KeyObject, id: string): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: issuer,
    aud: audience,
    sub: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6',
    azp: 'bench-client',
    scope: 'openid profile mcp:read mcp:write',
    realm_access: { roles: ['user', 'admin', 'offline_access'] },
    jti: id,
    iat: now,
    exp: now + 3600,
  }
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const content = `${part({ alg: 'RS256', typ: 'at+jwt', kid: 'bench' })}.${part(claims)}`
  const signature = await signAsync('RSA-SHA256', Buffer.from(content), key)
  return `${content}.${signature.toString('base64url')}`
}
