import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { KeySource } from '../../src/config/snapshot.ts'
import { createGate, type Gate, issuerOf, outcomeOf, RESOURCE } from './gate.ts'
import { createSigner, type Provider, type Signer, startProvider } from './provider.ts'

const ORIGIN = { source: 'portcullis.yaml', line: 14, column: 9 }
const SECOND = 1000
const MINUTE = 60 * SECOND

describe('key sets', () => {
  let provider: Provider
  let first: Signer
  let second: Signer
  let gate: Gate

  beforeAll(async () => {
    first = await createSigner('ES256', 'first')
    second = await createSigner('ES256', 'second')
  })
  beforeEach(async () => {
    provider = await startProvider()
    provider.publish([first.jwk])
    gate = open({ kind: 'discovery' })
  })
  afterEach(async () => {
    await gate.close()
    await provider.close()
  })

  function open(keys: KeySource): Gate {
    return createGate([issuerOf(provider.issuer, keys)])
  }

  /** A new token each time, so that no cache of tokens answers. */
  let count = 0
  async function send(signer: Signer, header = {}): Promise<string> {
    const exp = Math.floor(gate.clock.now / 1000) + 3600
    const claims = { iss: provider.issuer, aud: RESOURCE, sub: 'alice', exp, jti: `${count++}` }
    return outcomeOf(await gate.send(await signer.sign(claims, header)))
  }

  function keyRequests(): number {
    return provider.requests.filter(path => path === '/keys').length
  }

  /** Lets a fetch in the background come to its end. */
  function settled(): Promise<void> {
    return gate.authenticator.refresh()
  }

  it('are fetched once for many tokens at the same time', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(first)))
    expect(new Set(answers)).toEqual(new Set(['ok']))
    expect(keyRequests()).toBe(1)
  })

  it('are not fetched before they are needed', async () => {
    expect(outcomeOf(await gate.sendHeader(undefined))).toBe('missing_token')
    expect(outcomeOf(await gate.send('a.b.c'))).toBe('malformed_token')
    expect(provider.requests).toEqual([])
  })

  it('are fetched again at once when a token names a new key [KEYS-2]', async () => {
    expect(await send(first)).toBe('ok')
    provider.publish([first.jwk, second.jwk])
    expect(await send(second)).toBe('ok')
    expect(keyRequests()).toBe(2)
  })

  it('attack: made-up key ids cause one fetch in 30 seconds [KEYS-2]', async () => {
    expect(await send(first)).toBe('ok')
    for (const kid of ['a', 'b', 'c', 'd']) {
      expect(await send(second, { kid })).toBe('unknown_key')
    }
    expect(keyRequests()).toBe(2)
    gate.clock.now += 30 * SECOND
    await Promise.all(['e', 'f', 'g'].map(kid => send(second, { kid })))
    expect(keyRequests()).toBe(3)
  })

  it('attack: a made-up key id as the very first token causes one fetch', async () => {
    expect(await send(second)).toBe('unknown_key')
    expect(keyRequests()).toBe(1)
  })

  it('look again when the fetch that was running is older than the token', async () => {
    expect(await send(first)).toBe('ok')
    const exp = Math.floor(gate.clock.now / 1000) + 3600
    const token = await second.sign({ iss: provider.issuer, aud: RESOURCE, exp })
    const running = gate.authenticator.refresh()
    const answer = gate.send(token)
    await running
    provider.publish([second.jwk])
    expect(outcomeOf(await answer)).toBe('ok')
    expect(keyRequests()).toBe(3)
  })

  it('drop a key that the provider no longer publishes, and the tokens it signed [TOKEN-16]', async () => {
    const exp = Math.floor(gate.clock.now / 1000) + 3600
    const token = await first.sign({ iss: provider.issuer, aud: RESOURCE, exp })
    expect(outcomeOf(await gate.send(token))).toBe('ok')
    provider.publish([second.jwk])
    await gate.authenticator.refresh()
    expect(outcomeOf(await gate.send(token))).toBe('unknown_key')
  })

  it('keep cached tokens over a refresh that changes nothing for their key', async () => {
    const exp = Math.floor(gate.clock.now / 1000) + 3600
    const token = await first.sign({ iss: provider.issuer, aud: RESOURCE, exp })
    const before = await gate.send(token)
    provider.publish([second.jwk, first.jwk])
    await gate.authenticator.refresh()
    expect(await gate.send(token)).toBe(before)
  })

  it('attack: another key under the kid of a cached token ends that token', async () => {
    const exp = Math.floor(gate.clock.now / 1000) + 3600
    const token = await first.sign({ iss: provider.issuer, aud: RESOURCE, exp })
    expect(outcomeOf(await gate.send(token))).toBe('ok')
    provider.publish([{ ...second.jwk, kid: 'first' }])
    await gate.authenticator.refresh()
    expect(outcomeOf(await gate.send(token))).toBe('bad_signature')
  })

  it('are refreshed in the background before their time is over', async () => {
    expect(await send(first)).toBe('ok')
    gate.clock.now += 7 * MINUTE
    expect(await send(first)).toBe('ok')
    expect(keyRequests()).toBe(1)
    gate.clock.now += 2 * MINUTE
    expect(await send(first)).toBe('ok')
    await settled()
    expect(keyRequests()).toBeGreaterThan(1)
  })

  it('are not used past their time without asking', async () => {
    expect(await send(first)).toBe('ok')
    provider.publish([second.jwk])
    gate.clock.now += 11 * MINUTE
    expect(await send(first)).toBe('unknown_key')
  })

  it('attack: a cached token of a withdrawn key after an idle time', async () => {
    const exp = Math.floor(gate.clock.now / 1000) + 7200
    const token = await first.sign({ iss: provider.issuer, aud: RESOURCE, exp })
    expect(outcomeOf(await gate.send(token))).toBe('ok')
    provider.publish([second.jwk])
    gate.clock.now += 11 * MINUTE
    expect(outcomeOf(await gate.send(token))).toBe('unknown_key')
  })

  it('stay in use while the provider is down, with one warning [KEYS-3]', async () => {
    expect(await send(first)).toBe('ok')
    provider.down = true
    for (let minutes = 0; minutes < 120; minutes += 11) {
      gate.clock.now += 11 * MINUTE
      expect(await send(first)).toBe('ok')
      await settled()
    }
    const warnings = gate.lines.filter(line => line.message.includes('last known ones stay'))
    expect(warnings).toHaveLength(1)
    expect(gate.authenticator.ready()).toBeUndefined()
    provider.down = false
    gate.clock.now += MINUTE
    await send(first)
    await settled()
    expect(gate.lines.at(-1)?.message).toContain('can be fetched again')
  })

  it('that are stale answer at once while the provider hangs', async () => {
    const exp = Math.floor(gate.clock.now / 1000) + 7200
    const headers = {
      authorization: `Bearer ${await first.sign({ iss: provider.issuer, aud: RESOURCE, exp })}`,
    }
    const identity = await gate.authenticator.authenticate({ headers, query: '' }, RESOURCE)
    provider.down = true
    await settled()
    provider.down = false
    provider.answers.set('/keys', { body: '', hang: true })
    gate.clock.now += 60 * MINUTE
    expect(gate.authenticator.authenticate({ headers, query: '' }, RESOURCE)).toBe(identity)
    expect(await send(first)).toBe('ok')
  })

  it.each([
    ['an HTML page', { type: 'text/html', body: '<html>Login</html>' }],
    ['a status 500', { status: 500, body: '{"keys":[]}' }],
    [
      'a redirect elsewhere',
      { status: 302, body: '', headers: { location: 'http://127.0.0.1:1' } },
    ],
    ['no keys', { body: '{"keys":[]}' }],
    ['keys for encryption only', { body: '{"keys":[{"kty":"RSA","use":"enc"}]}' }],
    ['another document', { body: '{"issuer":"x"}' }],
    ['a list', { body: '[]' }],
    ['null', { body: 'null' }],
    ['too much', { body: JSON.stringify({ keys: [], pad: 'x'.repeat(600_000) }) }],
  ])('stay as they are when the provider answers with %s', async (_name, answer) => {
    expect(await send(first)).toBe('ok')
    provider.answers.set('/keys', answer)
    await settled()
    expect(gate.fetches).toEqual(['ok', 'failed'])
    expect(await send(first)).toBe('ok')
  })

  describe('that were never reached', () => {
    it('are no reason to let a token in, nor to refuse it for good [KEYS-4]', async () => {
      provider.down = true
      expect(await send(first)).toBe('keys_unavailable')
      expect(outcomeOf(await gate.sendHeader(undefined))).toBe('missing_token')
      expect(gate.authenticator.ready()).toContain(provider.issuer)
      provider.down = false
      gate.clock.now += 5 * SECOND
      expect(await send(first)).toBe('ok')
      expect(gate.authenticator.ready()).toBeUndefined()
    })

    it('are not asked for with every token', async () => {
      provider.down = true
      expect(await send(first)).toBe('keys_unavailable')
      const asked = provider.requests.length
      expect(await send(first)).toBe('keys_unavailable')
      expect(provider.requests.length).toBe(asked)
    })

    it('are fetched because somebody asks whether the gateway is ready', async () => {
      expect(gate.authenticator.ready()).toContain('not fetched yet')
      await settled()
      expect(gate.authenticator.ready()).toBeUndefined()
    })
  })

  describe('from a configured URL', () => {
    const wrong = (fallback: boolean): KeySource => ({
      kind: 'url',
      url: `${provider.issuer}/protocol/openid-connect/certs`,
      fallback,
      origin: ORIGIN,
    })

    it('are taken from there, without metadata [KEYS-1]', async () => {
      gate = open({ kind: 'url', url: `${provider.issuer}/keys`, fallback: true, origin: ORIGIN })
      expect(await send(first)).toBe('ok')
      expect(provider.requests[0]).toBe('/keys')
    })

    it('are enough: metadata is read once, for advice, and may be missing', async () => {
      provider.answers.delete('/.well-known/oauth-authorization-server')
      gate = open({ kind: 'url', url: `${provider.issuer}/keys`, fallback: false, origin: ORIGIN })
      expect(await send(first)).toBe('ok')
      gate.clock.now += 11 * MINUTE
      expect(await send(first)).toBe('ok')
      const metadata = 'provider metadata could not be read'
      await expect.poll(() => gate.lines.filter(line => line.message === metadata).length).toBe(1)
    })

    it('come from the metadata when no key set answers there, with one warning [KEYS-7]', async () => {
      gate = open(wrong(true))
      expect(await send(first)).toBe('ok')
      gate.clock.now += 11 * MINUTE
      expect(await send(first)).toBe('ok')
      const warnings = gate.lines.filter(line => line.message.includes('certs'))
      expect(warnings).toHaveLength(1)
      expect(warnings[0]?.message).toMatch(/^portcullis\.yaml:14:9: .*certs does not answer/)
      expect(warnings[0]?.message).toContain(`${provider.issuer}/keys`)
    })

    it('are missing when no provider is known that could say better', async () => {
      gate = open(wrong(false))
      expect(await send(first)).toBe('keys_unavailable')
      expect(gate.authenticator.ready()).toContain('certs does not answer with a key set: HTTP')
    })

    it('are missing when the metadata names the same URL', async () => {
      const url = `${provider.issuer}/keys`
      provider.answers.delete('/keys')
      gate = open({ kind: 'url', url, fallback: true, origin: ORIGIN })
      expect(await send(first)).toBe('keys_unavailable')
      expect(provider.requests.filter(path => path === '/keys')).toHaveLength(1)
    })
  })

  it('attack: metadata that names another issuer is not believed', async () => {
    provider.answers.set('/.well-known/oauth-authorization-server', {
      body: JSON.stringify({ issuer: 'http://other.example', jwks_uri: `${provider.issuer}/keys` }),
    })
    expect(await send(first)).toBe('keys_unavailable')
    expect(keyRequests()).toBe(0)
  })

  it('attack: a jwks_uri that is no web address is not read', async () => {
    provider.answers.set('/.well-known/oauth-authorization-server', {
      body: JSON.stringify({ issuer: provider.issuer, jwks_uri: 'file:///etc/jwks.json' }),
    })
    expect(await send(first)).toBe('keys_unavailable')
  })

  it('that are given inline need no provider [KEYS-1]', async () => {
    gate = open({ kind: 'inline', jwks: { keys: [first.jwk] } })
    expect(await send(first)).toBe('ok')
    expect(await send(second)).toBe('unknown_key')
    expect(provider.requests).toEqual([])
  })

  it('are not fetched any more once the authenticator is closed', async () => {
    gate.authenticator.close()
    expect(await send(first)).toBe('keys_unavailable')
    expect(provider.requests).toEqual([])
  })
})
