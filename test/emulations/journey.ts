import { expect } from 'vitest'
import { type Kind, logInAndConnect } from '../support/client.ts'
import { ask } from '../support/http.ts'
import { createPerson } from '../support/login.ts'
import type { Emulated, Emulation } from './emulation.ts'

/** Discovery, login, call, refresh, call; fails where something is not as the emulation says. */
export async function journey(
  kind: Kind,
  { token, scope, refreshes = true }: Emulation,
  { url, fetch }: Emulated,
): Promise<void> {
  const metadata = await ask(url.replace('/mcp', '/.well-known/oauth-authorization-server/mcp'))
  const grants = ['authorization_code', ...(refreshes ? ['refresh_token'] : [])]
  expect(metadata.json()).toMatchObject({ grant_types_supported: grants })
  const person = createPerson({ fetch })
  const client = await logInAndConnect(kind, url, person)
  try {
    const call = { name: 'test_simple_text', arguments: {} }
    const answer = await client.callTool(call)
    expect(answer).toMatchObject({ content: [{ type: 'text' }] })
    const { tokens } = person.saved
    expect(tokens?.access_token.startsWith('pcat_')).toBe(token === 'sealed')
    expect(tokens?.scope?.replace(' offline_access', '')).toBe(scope)
    expect(tokens?.refresh_token !== undefined).toBe(refreshes)
    if (!refreshes) return
    person.saved.tokens = { ...tokens, access_token: 'dead', token_type: 'Bearer' }
    expect(await client.callTool(call)).toMatchObject(answer as object)
    expect(person.authorizationUrls).toHaveLength(1)
  } finally {
    await client.close()
  }
}
