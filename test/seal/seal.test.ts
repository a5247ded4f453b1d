import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/config/secret.ts'
import { createSealer, generateKey } from '../../src/seal/seal.ts'

const key = (): Secret => new Secret(generateKey())

describe('seal', () => {
  test('what was sealed opens again, whatever it is', () => {
    const sealer = createSealer([key()])
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        expect(sealer.open('state', sealer.seal('state', value))).toEqual(
          JSON.parse(JSON.stringify(value)),
        )
      }),
    )
  })

  test('a session of many targets stays short enough for a header [SESS-7]', () => {
    const sealer = createSealer([key()])
    const targets = Object.fromEntries(
      Array.from({ length: 100 }, (_, index) => [
        `target-number-${index}`,
        { id: randomUUID(), version: '2025-11-25', offers: 'tprs' },
      ]),
    )
    const session = { key: 'k', route: 'r', owner: '["https://idp.example","alice"]', targets }
    const text = sealer.seal('session', session)
    expect(text.length).toBeLessThan(8_000)
    expect(sealer.open('session', text)).toEqual(session)
    // What others may seal together with a secret of theirs keeps its length, whatever stands in it.
    const one = sealer.seal('client-id', { secret: 'abc', name: 'abc'.repeat(1_000) })
    const other = sealer.seal('client-id', { secret: 'abc', name: 'abd'.repeat(1_000) })
    expect(one.length).toBe(other.length)
    expect(one.length).toBeGreaterThan(4_000)
  })

  test('cross-purpose use: a code does not open as a refresh token [RELAY-16]', () => {
    const sealer = createSealer([key()])
    expect(sealer.open('refresh-token', sealer.seal('code', { a: 1 }))).toBeUndefined()
  })

  test('tampering: no altered text opens [RELAY-16]', () => {
    const sealer = createSealer([key()])
    const text = sealer.seal('session', { subject: 'alice' })
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom(...'ABCabc019-_'),
        (position, character) => {
          const altered = text.slice(0, position) + character + text.slice(position + 1)
          expect(sealer.open('session', altered) === undefined).toBe(altered !== text)
        },
      ),
    )
  })

  test.each(['x', '=', ' ', '\n', '.'])(
    'a second spelling, %j at the end, does not open [RELAY-16]',
    more => {
      const sealer = createSealer([key()])
      const text = sealer.seal('code', { n: 1 })
      expect(sealer.open('code', text + more)).toBeUndefined()
      expect(sealer.open('code', text)).toEqual({ n: 1 })
    },
  )

  test.each(['', 'x', 'not sealed at all, but long enough to be looked at', '\u0000', 'AQ'])(
    'noise %j opens nothing',
    text => {
      expect(createSealer([key()]).open('session', text)).toBeUndefined()
    },
  )

  test('another key opens nothing; a rotated one opens what the old one sealed', () => {
    const [old, fresh] = [key(), key()]
    const text = createSealer([old]).seal('client-id', 'x')
    expect(createSealer([fresh]).open('client-id', text)).toBeUndefined()
    expect(createSealer([fresh, old]).open('client-id', text)).toBe('x')
  })

  test('a value is gone at its time [RELAY-16]', () => {
    let now = 1_000
    const sealer = createSealer([key()], () => now)
    const text = sealer.seal('code', 'x', 2_000)
    now = 1_999
    expect(sealer.open('code', text)).toBe('x')
    now = 2_000
    expect(sealer.open('code', text)).toBeUndefined()
  })

  test('two seals of one value differ, so that nobody can tell what is in them', () => {
    const sealer = createSealer([key()])
    expect(sealer.seal('state', 'x')).not.toBe(sealer.seal('state', 'x'))
  })
})

describe('mac', () => {
  test('verifies under the keys that are known, and for its own text and purpose alone', () => {
    const [old, fresh] = [key(), key()]
    const mac = createSealer([old]).mac('client-secret', 'client')
    const rotated = createSealer([fresh, old])
    expect(rotated.verifyMac('client-secret', 'client', mac)).toBe(true)
    expect(rotated.verifyMac('client-secret', 'other', mac)).toBe(false)
    expect(rotated.verifyMac('code', 'client', mac)).toBe(false)
    expect(createSealer([fresh]).verifyMac('client-secret', 'client', mac)).toBe(false)
    expect(rotated.verifyMac('client-secret', 'client', '')).toBe(false)
  })
})
