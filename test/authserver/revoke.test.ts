import { expect, test } from 'vitest'
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

test.each([
  ['refresh_token', 'auto'],
  ['access_token', 'sealed'],
] as const)(
  'attack: a client revokes the %s of another one, and nothing happens [RELAY-21]',
  async (kind, accessToken) => {
    // One client at the provider for all, which could revoke every token there.
    const { gateway, provider } = await start({
      relay: { accessToken },
      registration: { strategy: 'shared' },
    })
    const { client, tokens } = await logInOnce(gateway)
    const stranger = await register(gateway)
    expect(await revoke(gateway, stranger.client_id, tokens.body[kind])).toBe(200)
    expect(told(provider)).toEqual([])
    expect((await refresh(gateway, client, tokens.body.refresh_token)).status).toBe(200)
  },
)

test.each([
  ['refresh_token', 'auto'],
  ['access_token', 'sealed'],
] as const)(
  'attack: the provider of another route is told a %s by a revocation, and it is not [RELAY-21]',
  async (kind, accessToken) => {
    const clients = [
      {
        id: 'desk',
        secret: undefined,
        redirectUris: ['http://127.0.0.1:33418/callback'],
        name: '',
      },
    ]
    const options = { relay: { accessToken, clients } }
    const { gateway } = await start(options)
    const own = { client_id: 'desk', redirectUri: 'http://127.0.0.1:33418/callback' }
    const { tokens } = await logInOnce(gateway, undefined, {}, own)
    const other = await start({ ...options, key: gateway.key })
    expect(await revoke(other.gateway, 'desk', tokens.body[kind])).toBe(200)
    expect(told(other.provider)).toEqual([])
  },
)
