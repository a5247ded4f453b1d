import { describe, expect, test } from 'vitest'
import { type Gateway, logInOnce, refresh, register } from './gateway.ts'
import type { QuirkyProvider } from './quirky-provider.ts'
import { starter } from './starter.ts'

const start = starter()

async function revoke(gateway: Gateway, client_id: string, token: unknown): Promise<number> {
  const body = new URLSearchParams({ token: String(token), client_id })
  return (await fetch(`${gateway.issuer}/revoke`, { method: 'POST', body })).status
}

/** What the provider was told to revoke. */
const told = ({ requests }: QuirkyProvider): (string | null)[] =>
  requests
    .filter(({ path }) => path === '/token/revocation')
    .map(({ parameters }) => parameters.get('token_type_hint'))

test('a client ends its own tokens, and the gateway forgets what it has verified [RELAY-21]', async () => {
  const forgotten: string[] = []
  const { gateway, provider } = await start({
    relay: { accessToken: 'sealed' },
    deps: { forget: token => forgotten.push(token) },
  })
  const { client, tokens } = await logInOnce(gateway)
  const { access_token, refresh_token } = tokens.body
  expect(await revoke(gateway, client.client_id, access_token)).toBe(200)
  expect(await revoke(gateway, client.client_id, refresh_token)).toBe(200)
  expect(told(provider)).toEqual(['access_token', 'refresh_token'])
  expect(forgotten).toEqual([access_token, refresh_token])
  expect((await refresh(gateway, client, refresh_token)).body.error).toBe('invalid_grant')
})

const kinds = [
  ['refresh_token', 'auto'],
  ['access_token', 'sealed'],
] as const

describe.each(kinds)(
  'attack: a client revokes the %s of another one [RELAY-21]',
  (kind, accessToken) => {
    /** One client at the provider for all, which could revoke every token there. */
    async function attack(own: boolean) {
      const { gateway, provider } = await start({
        relay: { accessToken },
        registration: { strategy: 'shared' },
      })
      const { client, tokens } = await logInOnce(gateway)
      const stranger = await register(gateway)
      const who = own ? client : stranger
      expect(await revoke(gateway, who.client_id, tokens.body[kind])).toBe(200)
      const after = await refresh(gateway, client, tokens.body.refresh_token)
      return { told: told(provider), after: after.status }
    }

    test('nothing happens', async () => {
      expect(await attack(false)).toEqual({ told: [], after: 200 })
    })

    test('without the defence: by the client that it was given to, it is revoked', async () => {
      expect((await attack(true)).told).toEqual([kind])
    })
  },
)

describe.each(kinds)(
  'attack: the provider of another route is told a %s by a revocation [RELAY-21]',
  (kind, accessToken) => {
    const redirectUri = 'http://127.0.0.1:33418/callback'
    const clients = [{ id: 'desk', secret: undefined, redirectUris: [redirectUri], name: '' }]
    const options = { relay: { accessToken, clients } }

    async function attack(sameRoute: boolean) {
      const first = await start(options)
      const { tokens } = await logInOnce(
        first.gateway,
        undefined,
        {},
        { client_id: 'desk', redirectUri },
      )
      const asked = sameRoute ? first : await start({ ...options, key: first.gateway.key })
      expect(await revoke(asked.gateway, 'desk', tokens.body[kind])).toBe(200)
      return told(asked.provider)
    }

    test('it is not', async () => {
      expect(await attack(false)).toEqual([])
    })

    test('without the defence: on the route of the token, it is', async () => {
      expect(await attack(true)).toEqual([kind])
    })
  },
)
