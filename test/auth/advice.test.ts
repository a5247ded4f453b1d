import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { advised } from '../../src/providers/advice.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { createGate, type Gate, issuerOf, RESOURCE } from './gate.ts'
import { createSigner, type Provider, type Signer, startProvider } from './provider.ts'

const KEYCLOAK = 'https://sso.example/realms/mcp'

let provider: Provider
let signer: Signer
let gate: Gate

beforeEach(async () => {
  provider = await startProvider()
  signer = await createSigner('ES256', 'one')
})
afterEach(async () => {
  await gate.close()
  await provider.close()
})

function token(claims: object): Promise<string> {
  return signer.sign({ sub: 'alice', exp: Math.floor(gate.clock.now / 1000) + 600, ...claims })
}

describe('a token that is refused', () => {
  beforeEach(() => {
    const keys = { kind: 'inline', jwks: { keys: [signer.jwk] } } as const
    gate = createGate([issuerOf(KEYCLOAK, keys, advised(oidc, KEYCLOAK, profiles))])
  })

  test('comes back with what to change, in the words of the provider', async () => {
    const failure = await gate.send(await token({ iss: KEYCLOAK }))
    expect(failure).toMatchObject({
      kind: 'wrong_audience',
      detail: `the token has no audience (aud), this resource is ${RESOURCE}`,
      hint: expect.stringContaining(
        `in Keycloak add an audience mapper with the custom audience ${RESOURCE}`,
      ),
    })
    expect(failure).toMatchObject({ hint: expect.stringContaining('provider: {keycloak: {}}') })
    expect(gate.lines[0]).toMatchObject({
      message: 'token refused',
      fields: { hint: expect.stringContaining('in Keycloak') },
    })
  })

  test('says nothing to change where nothing can be', async () => {
    expect(await gate.send(await token({ iss: KEYCLOAK, exp: 1 }))).not.toHaveProperty('hint')
  })
})

describe('what will break with a provider that clients talk to themselves', () => {
  const warnings = () => gate.lines.filter(line => line.level === 'warn').map(line => line.message)

  test.each(['discovery', 'url'] as const)('is said once, at first use (%s)', async kind => {
    provider.publish([signer.jwk])
    const url = `${provider.issuer}/keys`
    const keys = kind === 'url' ? { kind, url, fallback: false, origin: { source: 'c' } } : { kind }
    gate = createGate([issuerOf(provider.issuer, keys)])
    expect(warnings()).toEqual([])
    await gate.send(await token({ iss: provider.issuer, aud: RESOURCE }))
    const said = ['registration endpoint', 'S256', 'refresh tokens']
    await expect.poll(() => warnings().length).toBe(said.length)
    for (const [index, words] of said.entries()) expect(warnings()[index]).toContain(words)
    gate.clock.now += 3_600_000
    await gate.send(await token({ iss: provider.issuer, aud: RESOURCE }))
    expect(warnings()).toHaveLength(said.length)
  })

  test('is not said of keys that the operator keeps', async () => {
    const keys = { kind: 'inline', jwks: { keys: [signer.jwk] } } as const
    gate = createGate([issuerOf(provider.issuer, keys)])
    await gate.send(await token({ iss: provider.issuer, aud: RESOURCE }))
    expect(provider.requests).toEqual([])
  })
})
