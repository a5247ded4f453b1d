import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { anonymous, type Identity } from '../../src/auth/identity.ts'
import type { Authentication } from '../../src/config/snapshot.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'
import { createSigner, handmade, type Provider, type Signer, startProvider } from './provider.ts'

/** As clients see it. */
const SEALED_PREFIX = 'pcat_'

const ISSUER = 'https://idp.example'
const OTHER = 'https://other.example'

describe('authenticator', () => {
  let signer: Signer
  let otherSigner: Signer
  let gate: Gate

  beforeAll(async () => {
    signer = await createSigner('ES256', 'one')
    otherSigner = await createSigner('ES256', 'one')
  })
  beforeEach(() => {
    gate = open()
  })
  afterEach(() => gate.close())

  function issuer(name: string, { jwk }: Signer, audiences: readonly string[] = []) {
    return issuerOf(name, { kind: 'inline', jwks: { keys: [jwk] } }, oidc, audiences)
  }

  function open(changes: Partial<Authentication> = {}): Gate {
    return createGate([issuer(ISSUER, signer)], changes)
  }

  function token(claims = {}, by = signer): Promise<string> {
    const exp = Math.floor(gate.clock.now / 1000) + 600
    return by.sign({ iss: ISSUER, aud: RESOURCE, sub: 'alice', exp, ...claims })
  }

  const modes = {
    strict: { none: 'missing_token', good: 'ok', bad: 'bad_signature', garbage: 'malformed_token' },
    optional: { none: 'anonymous', good: 'ok', bad: 'bad_signature', garbage: 'malformed_token' },
    permissive: { none: 'anonymous', good: 'ok', bad: 'anonymous', garbage: 'anonymous' },
  } as const

  it.each(Object.keys(modes) as (keyof typeof modes)[])('in %s mode [MODE-1]', async mode => {
    gate = open({ mode })
    const { none, good, bad, garbage } = modes[mode]
    expect(outcomeOf(await gate.sendHeader(undefined))).toBe(none)
    expect(outcomeOf(await gate.sendHeader('Basic YWxpY2U6c2VjcmV0'))).toBe(none)
    expect(outcomeOf(await gate.send(await token()))).toBe(good)
    expect(outcomeOf(await gate.send(await token({}, otherSigner)))).toBe(bad)
    expect(outcomeOf(await gate.send('garbage'))).toBe(garbage)
  })

  it('attack: a bad token in permissive mode does not travel on', async () => {
    gate = open({ mode: 'permissive' })
    const answer = (await gate.send(await token({ sub: 'admin' }, otherSigner))) as Identity
    expect(answer).toBe(anonymous)
    expect(answer.token).toBeUndefined()
    expect(gate.outcomes).toEqual(['ignored'])
  })

  it('counts every authentication and logs refusals without the token [OPS-2]', async () => {
    const good = await token()
    const bad = await token({ exp: 1 })
    await gate.sendHeader(undefined)
    await gate.send(good)
    await gate.send(good)
    await gate.send(bad)
    expect(gate.outcomes).toEqual(['missing_token', 'ok', 'ok', 'expired'])
    expect(gate.lines).toMatchObject([{ level: 'info', message: 'token refused' }])
    expect(JSON.stringify(gate.lines)).not.toContain(bad.split('.')[1])
  })

  describe('a token that was seen before [TOKEN-16]', () => {
    const ask = (authorization: string, resource = RESOURCE) =>
      gate.authenticator.authenticate({ headers: { authorization }, query: '' }, resource)

    it('is answered at once with the same identity', async () => {
      const header = `Bearer ${await token()}`
      const first = await ask(header)
      expect(ask(header)).toBe(first)
    })

    it('expires', async () => {
      const text = await token()
      expect(outcomeOf(await gate.send(text))).toBe('ok')
      gate.clock.now += 631_000
      expect(outcomeOf(await gate.send(text))).toBe('expired')
    })

    it('attack: for one resource is not good for another', async () => {
      const text = await token()
      expect(outcomeOf(await gate.send(text))).toBe('ok')
      expect(outcomeOf(await gate.send(text, 'http://gw.example/other'))).toBe('wrong_audience')
    })

    it('is verified again after close', async () => {
      const header = `Bearer ${await token()}`
      await ask(header)
      gate.authenticator.close()
      expect(ask(header)).toBeInstanceOf(Promise)
    })
  })

  describe('several issuers', () => {
    beforeEach(() => {
      gate = createGate([issuer(ISSUER, signer), issuer(OTHER, otherSigner, ['other-audience'])])
    })

    it('each with its own keys and audiences', async () => {
      expect(outcomeOf(await gate.send(await token()))).toBe('ok')
      const theirs = { iss: OTHER, aud: 'other-audience' }
      expect(outcomeOf(await gate.send(await token(theirs, otherSigner)))).toBe('ok')
      expect(outcomeOf(await gate.send(await token({ iss: OTHER }, otherSigner)))).toBe(
        'wrong_audience',
      )
      expect(outcomeOf(await gate.send(await token({ aud: 'other-audience' })))).toBe(
        'wrong_audience',
      )
    })

    it('attack: one issuer signs in the name of the other', async () => {
      expect(outcomeOf(await gate.send(await token({}, otherSigner)))).toBe('bad_signature')
    })

    it('names all of them to a token of none', async () => {
      expect(await gate.send(await token({ iss: 'https://evil.example' }))).toMatchObject({
        kind: 'wrong_issuer',
        detail: `issuer is https://evil.example, wanted ${ISSUER} or ${OTHER}`,
      })
    })

    it('may be the same one with different audiences', async () => {
      gate = createGate([issuer(ISSUER, signer, ['a']), issuer(ISSUER, signer, ['b'])])
      expect(outcomeOf(await gate.send(await token({ aud: 'a' })))).toBe('ok')
      expect(outcomeOf(await gate.send(await token({ aud: 'b' })))).toBe('ok')
      expect(outcomeOf(await gate.send(await token({ aud: 'c' })))).toBe('wrong_audience')
    })
  })

  it('in permissive mode a token that cannot be checked yet is not let in as nobody', async () => {
    const provider: Provider = await startProvider()
    gate = createGate([issuerOf(provider.issuer, { kind: 'discovery' })], { mode: 'permissive' })
    const answer = await gate.send(await token({ iss: provider.issuer }))
    expect(outcomeOf(answer)).toBe('keys_unavailable')
    await provider.close()
  })

  describe('sealed tokens', () => {
    async function seal(changes: object = {}, lifeMs = 300_000): Promise<string> {
      const inner = await token({ aud: undefined, azp: 'shared-client' } as object)
      const value = { token: inner, resource: RESOURCE, client: 'client-1', issuer: ISSUER }
      const text = gate.sealer.seal(
        'access-token',
        { ...value, ...changes },
        gate.clock.now + lifeMs,
      )
      return SEALED_PREFIX + text
    }

    it('take the audience from the seal and the client as the relay knows it [RELAY-14]', async () => {
      const answer = (await gate.send(await seal())) as Identity
      expect(answer).toMatchObject({ authenticated: true, subject: 'alice', client: 'client-1' })
      expect(answer.token?.reveal().split('.')).toHaveLength(3)
    })

    it('attack: for another resource', async () => {
      const text = await seal({ resource: 'http://gw.example/other' })
      expect(await gate.send(text)).toMatchObject({
        kind: 'wrong_audience',
        detail: `audience is http://gw.example/other, this resource is ${RESOURCE}`,
      })
    })

    it('attack: what is inside, shown bare [RELAY-15]', async () => {
      const answer = (await gate.send(await seal())) as Identity
      expect(outcomeOf(await gate.send(answer.token?.reveal() ?? ''))).toBe('wrong_audience')
    })

    it('attack: altered, of another gateway, of another purpose', async () => {
      const text = await seal()
      const middle = Math.floor(text.length / 2)
      const letter = text[middle] === 'A' ? 'B' : 'A'
      const altered = text.slice(0, middle) + letter + text.slice(middle + 1)
      expect(outcomeOf(await gate.send(altered))).toBe('bad_signature')
      const stranger = open()
      expect(outcomeOf(await stranger.send(text))).toBe('bad_signature')
      await stranger.close()
      const code = SEALED_PREFIX + gate.sealer.seal('code', { token: 'x', resource: RESOURCE })
      expect(outcomeOf(await gate.send(code))).toBe('bad_signature')
    })

    it('attack: around a forged, expired or foreign token, or an ID token', async () => {
      const inside = async (claims: object, by = signer) =>
        outcomeOf(await gate.send(await seal({ token: await token(claims, by) })))
      expect(await inside({}, otherSigner)).toBe('bad_signature')
      expect(await inside({ exp: 1 })).toBe('expired')
      expect(await inside({ iss: OTHER })).toBe('wrong_issuer')
      expect(await inside({ at_hash: 'x' })).toBe('wrong_token_type')
      expect(outcomeOf(await gate.send(await seal({ token: 'gho_opaque' })))).toBe(
        'malformed_token',
      )
      expect(outcomeOf(await gate.send(await seal({ token: await seal() })))).toBe(
        'malformed_token',
      )
    })

    it('end with the seal, also when they were seen before', async () => {
      const text = await seal({}, 120_000)
      expect(outcomeOf(await gate.send(text))).toBe('ok')
      gate.clock.now += 121_000
      expect(outcomeOf(await gate.send(text))).toBe('bad_signature')
    })

    it('attack: of the wrong shape inside', async () => {
      for (const value of [undefined, null, 'x', {}, { token: 1, resource: RESOURCE }]) {
        const text = SEALED_PREFIX + gate.sealer.seal('access-token', value)
        expect(outcomeOf(await gate.send(text))).toBe('bad_signature')
      }
    })
  })

  it('attack: what only looks like a token of this gateway', async () => {
    for (const text of [SEALED_PREFIX, `${SEALED_PREFIX}AAAA`, `x${SEALED_PREFIX}`]) {
      expect(outcomeOf(await gate.send(text))).not.toBe('ok')
    }
  })

  it('attack: header or claims that are JSON but no object', async () => {
    for (const part of [null, [], 1, 'x', true]) {
      expect(outcomeOf(await gate.send(handmade(part, {}, 'AA')))).toBe('malformed_token')
      expect(outcomeOf(await gate.send(handmade({ alg: 'ES256' }, part, 'AA')))).toBe(
        'malformed_token',
      )
    }
  })

  afterAll(() => gate.close())
})
