import { describe, expect, test } from 'vitest'
import { defineProfile, type ProfileChanges } from '../../src/providers/define-profile.ts'
import { profiles } from '../../src/providers/index.ts'
import { oidc } from '../../src/providers/oidc.ts'
import { configureProfile } from '../../src/providers/options.ts'
import type { ProviderProfile } from '../../src/providers/profile.ts'
import { logInOnce, REDIRECT_URI, refresh } from './gateway.ts'
import { type Row, rows } from './provider-quirks.ts'
import { starter } from './starter.ts'

const start = starter()

const METADATA = {
  redirect_uris: [REDIRECT_URI],
  token_endpoint_auth_method: 'none',
  client_uri: 'https://client.example/about',
}

/** Static providers get their client beforehand, as an operator would register it. */
async function run(row: Row, profile: ProviderProfile): Promise<void> {
  const isStatic = (row.relay?.registration?.strategy ?? profile.registration.strategy) === 'static'
  const started = await start(
    {
      profile: { ...profile, registration: { ...profile.registration } },
      ...row.relay,
      registration: { ...(isStatic ? { strategy: 'static' } : {}), ...row.relay?.registration },
      ...(isStatic ? { prepare: registerByHand } : {}),
    },
    row.quirks,
  )
  const { client, tokens } = await logInOnce(started.gateway, METADATA, {
    scope: row.scope ?? 'openid',
    prompt: 'login',
    login_hint: 'alice',
  })
  expect(tokens.body).toMatchObject({ token_type: 'Bearer', refresh_token: expect.any(String) })
  row.check?.(tokens.body, started)
  const renewed = await refresh(started.gateway, client, tokens.body.refresh_token)
  expect(renewed.status).toBe(200)
}

async function registerByHand(origin: string, issuer: string) {
  const response = await fetch(`${issuer}/reg`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      redirect_uris: [`${origin}/oauth/callback`],
      token_endpoint_auth_method: 'none',
    }),
  })
  const { client_id } = (await response.json()) as Record<string, string>
  return { clientId: client_id }
}

describe.each(rows.map(row => [row.provider, row.quirk, row] as const))('%s %s', (_, __, row) => {
  const configured = configureProfile(profiles[row.provider] ?? oidc, row.options)
  const profile = defineProfile(configured.profile, row.at ?? {})

  test('and clients log in and refresh all the same [ODD-5]', async () => {
    expect(configured.problems).toEqual([])
    await run(row, profile)
  })

  test('which they would not without that member of the profile [ODD-5]', async () => {
    const bare = {
      ...defineProfile(profile, row.without),
      ...whole(profile, row.without),
    } as ProviderProfile
    await expect(run(row, bare)).rejects.toThrow()
  })
})

/** Maps are emptied and not merged when a row takes them away. */
function whole(profile: ProviderProfile, changes: ProfileChanges): ProfileChanges {
  return Object.fromEntries(
    Object.entries(changes).map(([name, change]) => {
      const isMap = typeof change === 'object' && !Array.isArray(change) && !('kind' in change)
      return [
        name,
        isMap ? { ...(profile[name as keyof ProviderProfile] as object), ...change } : change,
      ]
    }),
  )
}
