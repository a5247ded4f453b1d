import { createHmac, createPublicKey } from 'node:crypto'
import { type CryptoKey, exportSPKI, importJWK, type JWK, type JWTPayload } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'
import { createSigner, handmade, type Provider, type Signer, startProvider } from './provider.ts'

const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

describe('signatures', () => {
  let provider: Provider
  let rsa: Signer
  let ec: Signer
  let gate: Gate | undefined

  beforeAll(async () => {
    provider = await startProvider()
    rsa = await createSigner('RS256', 'rsa')
    ec = await createSigner('ES256', 'ec')
  })
  afterEach(() => gate?.close())
  afterAll(() => provider.close())

  function claims(changes: JWTPayload = {}): JWTPayload {
    const now = Math.floor(Date.now() / 1000)
    return { iss: provider.issuer, aud: RESOURCE, sub: 'alice', exp: now + 600, ...changes }
  }

  function publish(...keys: unknown[]): Gate {
    provider.publish(keys)
    gate = createGate([issuerOf(provider.issuer, { kind: 'discovery' })])
    return gate
  }

  it.each(ALGORITHMS)('takes a token signed with %s [TOKEN-1]', async alg => {
    const signer = await createSigner(alg, 'one')
    const answer = await publish(signer.jwk).send(await signer.sign(claims()))
    expect(outcomeOf(answer)).toBe('ok')
    expect(answer).toMatchObject({ subject: 'alice', issuer: provider.issuer })
  })

  it('takes a key marked EdDSA for Ed25519 and the other way round', async () => {
    const signer = await createSigner('EdDSA', 'one')
    const token = await signer.sign(claims(), { alg: 'Ed25519' })
    expect(outcomeOf(await publish(signer.jwk).send(token))).toBe('ok')
  })

  it('attack: alg none, in every spelling [TOKEN-2]', async () => {
    publish(rsa.jwk)
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '']) {
      for (const signature of ['', 'AAAA']) {
        const token = handmade({ alg, typ: 'JWT', kid: 'rsa' }, claims(), signature)
        expect(outcomeOf(await gate!.send(token)), alg).toBe('unsupported_algorithm')
      }
    }
  })

  it('attack: HS256 with the public key as the secret [TOKEN-3]', async () => {
    publish(rsa.jwk)
    const pem = await exportSPKI((await importJWK(rsa.jwk, 'RS256')) as CryptoKey)
    const der = createPublicKey(pem).export({ type: 'spki', format: 'der' })
    for (const secret of [pem, pem.trim(), der, Buffer.from(rsa.jwk.n ?? '', 'base64url')]) {
      const unsigned = handmade({ alg: 'HS256', typ: 'JWT', kid: 'rsa' }, claims()).slice(0, -1)
      const mac = createHmac('sha256', secret).update(unsigned).digest('base64url')
      expect(outcomeOf(await gate!.send(`${unsigned}.${mac}`))).toBe('unsupported_algorithm')
    }
  })

  it('attack: HS256 with a symmetric key that the provider publishes by mistake', async () => {
    const secret = Buffer.alloc(32, 7)
    publish({ kty: 'oct', kid: 'shared', k: secret.toString('base64url'), alg: 'HS256' }, rsa.jwk)
    const unsigned = handmade({ alg: 'HS256', kid: 'shared' }, claims()).slice(0, -1)
    const mac = createHmac('sha256', secret).update(unsigned).digest('base64url')
    expect(outcomeOf(await gate!.send(`${unsigned}.${mac}`))).toBe('unsupported_algorithm')
  })

  it('attack: a rogue key under a known kid [TOKEN-4]', async () => {
    const rogue = await createSigner('RS256', 'rsa')
    publish(rsa.jwk)
    expect(outcomeOf(await gate!.send(await rogue.sign(claims())))).toBe('bad_signature')
  })

  it('attack: the rogue key comes along in the header (jwk, jku, x5c)', async () => {
    const rogue = await createSigner('RS256', 'rogue')
    provider.answers.set('/rogue', { body: JSON.stringify({ keys: [rogue.jwk] }) })
    publish(rsa.jwk)
    const header = { jwk: rogue.jwk, jku: `${provider.issuer}/rogue`, x5c: ['AAAA'] }
    expect(outcomeOf(await gate!.send(await rogue.sign(claims(), header)))).toBe('unknown_key')
    expect(provider.requests).not.toContain('/rogue')
  })

  it('attack: the claims are exchanged under a good signature', async () => {
    publish(rsa.jwk)
    const [header, , signature] = (await rsa.sign(claims())).split('.')
    const [, mallory] = handmade({}, claims({ sub: 'mallory' })).split('.')
    const token = `${header}.${mallory}.${signature}`
    expect(outcomeOf(await gate!.send(token))).toBe('bad_signature')
  })

  it('attack: a psychic signature (r = s = 0) on ECDSA', async () => {
    publish(ec.jwk)
    const zeros = Buffer.alloc(64).toString('base64url')
    const token = handmade({ alg: 'ES256', kid: 'ec' }, claims(), zeros)
    expect(outcomeOf(await gate!.send(token))).toBe('bad_signature')
  })

  it('attack: extensions that the gateway would have to understand (crit)', async () => {
    publish(rsa.jwk)
    const parts = (await rsa.sign(claims())).split('.')
    const critical = { alg: 'RS256', kid: 'rsa', crit: ['exp'], exp: 1 }
    const token = [handmade(critical, {}).split('.')[0], parts[1], parts[2]].join('.')
    expect(outcomeOf(await gate!.send(token))).toBe('malformed_token')
  })

  it('honours the alg of the key', async () => {
    publish({ ...rsa.jwk, alg: 'PS256' })
    expect(outcomeOf(await gate!.send(await rsa.sign(claims())))).toBe('unknown_key')
  })

  it('attack: signed with a key that is published for encryption', async () => {
    publish({ ...rsa.jwk, use: 'enc' }, ec.jwk)
    expect(await gate!.send(await rsa.sign(claims()))).toMatchObject({
      kind: 'unknown_key',
      detail: expect.stringContaining('its "use" is not "sig"'),
    })
  })

  it('takes a key without alg, use and kid', async () => {
    const { kty, n, e } = rsa.jwk
    publish({ kty, n, e })
    expect(outcomeOf(await gate!.send(await rsa.sign(claims(), { kid: undefined })))).toBe('ok')
  })

  it('finds the key of a token without kid by its algorithm', async () => {
    publish(rsa.jwk, ec.jwk)
    expect(outcomeOf(await gate!.send(await ec.sign(claims(), { kid: undefined })))).toBe('ok')
  })

  it('does not try many keys for a token without kid', async () => {
    const keys = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(kid => createSigner('ES256', kid)))
    publish(...keys.map(({ jwk }) => jwk))
    const answer = await gate!.send(await keys[0]!.sign(claims(), { kid: undefined }))
    expect(answer).toMatchObject({ kind: 'unknown_key', detail: expect.stringContaining('5 keys') })
  })

  const odd: Record<string, unknown> = {
    'for encryption': { kty: 'RSA', use: 'enc', alg: 'RSA-OAEP', kid: 'enc', n: 'AQAB', e: 'AQAB' },
    symmetric: { kty: 'oct', kid: 'oct', k: 'c2VjcmV0' },
    'of an unknown type': { kty: 'AKP', alg: 'ML-DSA-44', kid: 'pq', pub: 'AA' },
    'on an unknown curve': { kty: 'EC', crv: 'secp256k1', kid: 'k1', x: 'AA', y: 'AA' },
    'with a broken point': { kty: 'EC', crv: 'P-256', kid: 'ec', x: 'AA', y: 'AA' },
    'without members': {},
    'that is null': null,
    'that is a text': 'key',
    'with a numeric kid': { kty: 'EC', crv: 'P-256', kid: 7, x: 'AA', y: 'AA' },
    'with foreign key_ops': { kty: 'EC', crv: 'P-256', kid: 'ops', key_ops: ['deriveKey'] },
  }
  it.each(Object.keys(odd))('is not spoilt by a key %s [KEYS-6]', async name => {
    publish(odd[name], rsa.jwk)
    expect(outcomeOf(await gate!.send(await rsa.sign(claims())))).toBe('ok')
  })

  it('takes a key set that leaks private members without using them', async () => {
    publish({ ...ec.jwk, d: 'AA', ext: 'yes', key_ops: ['verify'] })
    expect(outcomeOf(await gate!.send(await ec.sign(claims())))).toBe('ok')
  })

  it('refuses RSA keys below 2048 bits and says so', async () => {
    // 1024 bits: too short for jose to sign with, so the signature is of no account here.
    const short = { ...rsa.jwk, kid: 'short', n: rsa.jwk.n?.slice(0, 170) } as JWK
    publish(short, rsa.jwk)
    const answer = await gate!.send(handmade({ alg: 'RS256', kid: 'short' }, claims(), 'AAAA'))
    expect(answer).toMatchObject({
      kind: 'unknown_key',
      detail: expect.stringMatching(/short.*RSA modulus has 10\d\d bits, at least 2048/),
    })
  })

  it('says which key is broken', async () => {
    publish({ kty: 'EC', crv: 'P-256', kid: 'broken', x: 'AA', y: 'AA' }, rsa.jwk)
    const answer = await gate!.send(handmade({ alg: 'ES256', kid: 'broken' }, claims(), 'AAAA'))
    expect(answer).toMatchObject({
      kind: 'unknown_key',
      detail: expect.stringContaining('key broken of the issuer cannot be used'),
    })
  })

  it('never repeats a part of the token [CHAL-4]', async () => {
    publish(rsa.jwk)
    const rogue = await createSigner('RS256', 'rsa')
    const token = await rogue.sign(claims())
    const answer = JSON.stringify([await gate!.send(token), gate!.lines])
    for (const part of token.split('.')) expect(answer).not.toContain(part.slice(0, 24))
  })
})
