import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Secret } from '../config/secret.ts'

/**
 * Sealed values: state that travels through clients and browsers instead of lying in a store, so that
 * any replica with the same key can go on with it.
 *
 * AES-256-GCM under a key derived per purpose (HKDF-SHA256, RFC 5869), so a value sealed for one
 * purpose never opens as another. The text is base64url and opaque to whoever carries it.
 */
export type Sealer = {
  /**
   * @param value anything that JSON can carry
   * @param expiresAt milliseconds since 1970; undefined: never
   */
  seal(purpose: Purpose, value: unknown, expiresAt?: number): string
  /** The value, or undefined: not ours, altered, of another purpose, or past its time. */
  open(purpose: Purpose, text: string): unknown
  /** A keyed digest (HMAC-SHA256, base64url): a secret that can be recomputed instead of stored. */
  mac(purpose: Purpose, text: string): string
  /** True when `mac` is the digest of `text` under any of the keys. Constant time. */
  verifyMac(purpose: Purpose, text: string, mac: string): boolean
}

export type Purpose =
  | 'access-token'
  | 'client-id'
  | 'client-secret'
  | 'code'
  | 'consent'
  | 'cursor'
  | 'event-id'
  | 'refresh-answer'
  | 'refresh-token'
  | 'server-request'
  | 'session'
  | 'state'
  | 'transaction-cookie'

/** First byte of a sealed value: how the JSON text lies in it. */
const PLAIN = 1
const DEFLATED = 2
/**
 * Session ids name a session of every target, and travel in a header with each request; servers and
 * proxies take 8 to 16 kB of headers. Nothing else is deflated: where a secret that stays the same
 * stands beside text that a stranger chooses, the length of the outcome tells of the secret (CRIME,
 * CVE-2012-4929). In a session nothing secret outlives it.
 */
const DEFLATES: ReadonlySet<Purpose> = new Set(['session'])
const LONG = 512
const NONCE = 12
const TAG = 16
const HEADER = 2

type Key = { readonly id: number; derive(purpose: Purpose): Buffer }

/**
 * @param secrets 32 bytes in hex (64 characters) each; the first seals, all of them open, which is how
 *   a key is rotated. Not checked here: the configuration is.
 * @param now milliseconds since 1970
 */
export function createSealer(secrets: readonly Secret[], now: () => number = Date.now): Sealer {
  const keys = secrets.map(toKey)
  const current = keys[0]
  if (current === undefined) throw new TypeError('createSealer: no key given')

  return {
    seal(purpose, value, expiresAt) {
      const nonce = randomBytes(NONCE)
      const text = JSON.stringify(
        expiresAt === undefined ? { v: value } : { v: value, e: expiresAt },
      )
      const deflates = DEFLATES.has(purpose) && text.length >= LONG
      const header = Buffer.from([deflates ? DEFLATED : PLAIN, current.id])
      const cipher = createCipheriv('aes-256-gcm', current.derive(purpose), nonce).setAAD(header)
      const body = cipher.update(deflates ? deflateRawSync(text) : Buffer.from(text))
      return Buffer.concat([header, nonce, body, cipher.final(), cipher.getAuthTag()]).toString(
        'base64url',
      )
    },

    open(purpose, text) {
      const bytes = Buffer.from(text, 'base64url')
      // One value has one text: what remembers used or ended ones may go by it.
      if (bytes.toString('base64url') !== text) return undefined
      const version = bytes[0]
      if (bytes.length < HEADER + NONCE + TAG) return undefined
      if (version !== PLAIN && version !== DEFLATED) return undefined
      const body = bytes.subarray(HEADER + NONCE, -TAG)
      for (const key of keys) {
        if (key.id !== bytes[1]) continue
        const plain = decrypt(key.derive(purpose), bytes, body)
        if (plain === undefined) continue
        const json = version === DEFLATED ? inflateRawSync(plain) : plain
        const { v, e } = JSON.parse(json.toString('utf8')) as { v: unknown; e?: number }
        return e === undefined || e > now() ? v : undefined
      }
      return undefined
    },

    mac: (purpose, text) => digest(current, purpose, text).toString('base64url'),

    verifyMac(purpose, text, mac) {
      const given = Buffer.from(mac, 'base64url')
      return keys.some(key => {
        const wanted = digest(key, purpose, text)
        return wanted.length === given.length && timingSafeEqual(wanted, given)
      })
    },
  }
}

/** A new key, as `session.key` takes it. */
export function generateKey(): string {
  return randomBytes(32).toString('hex')
}

function toKey(secret: Secret): Key {
  const bytes = Buffer.from(secret.reveal(), 'hex')
  const derived = new Map<Purpose, Buffer>()
  return {
    // Names the key without saying anything about it, so that rotation need not try them all.
    id: createHash('sha256').update('portcullis key id').update(bytes).digest().readUInt8(0),
    derive(purpose) {
      let key = derived.get(purpose)
      if (key === undefined) {
        key = Buffer.from(hkdfSync('sha256', bytes, 'portcullis', purpose, 32))
        derived.set(purpose, key)
      }
      return key
    },
  }
}

function decrypt(key: Buffer, bytes: Buffer, body: Buffer): Buffer | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(HEADER, HEADER + NONCE), {
    authTagLength: TAG,
  })
  decipher.setAAD(bytes.subarray(0, HEADER)).setAuthTag(bytes.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(body), decipher.final()])
  } catch {
    return undefined
  }
}

function digest(key: Key, purpose: Purpose, text: string): Buffer {
  return createHmac('sha256', key.derive(purpose)).update(text).digest()
}
