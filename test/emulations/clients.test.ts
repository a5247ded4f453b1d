import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { profiles } from '../../src/providers/index.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { KINDS, logInAndConnect } from '../support/client.ts'
import { createPerson } from '../support/login.ts'
import { type Emulated, startEmulation } from './emulation.ts'
import { emulations } from './emulations.ts'

let upstream: EverythingServer
beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())

test('every provider that is called emulated is', () => {
  const emulated = Object.values(profiles).filter(({ tested }) => tested !== 'documentation')
  expect(emulations.map(({ provider }) => provider).sort()).toEqual(
    emulated.map(({ name }) => name).sort(),
  )
})

describe.each(emulations.map(emulation => [emulation.provider, emulation] as const))(
  '%s, with the configuration of its example',
  (_, emulation) => {
    let emulated: Emulated
    beforeAll(async () => {
      emulated = await startEmulation(emulation, upstream.url)
    })
    afterAll(() => emulated[Symbol.asyncDispose]())

    test.each(KINDS)('%s: login, call, refresh, call [RELAY-19] [RELAY-20]', async kind => {
      const { gateway, fetch } = emulated
      const person = createPerson({ fetch })
      const client = await logInAndConnect(kind, gateway.url, person)
      const call = { name: 'test_simple_text', arguments: {} }
      const answer = await client.callTool(call)
      expect(answer).toMatchObject({ content: [{ type: 'text' }] })
      const { tokens } = person.saved
      expect(tokens?.access_token.startsWith('pcat_')).toBe(emulation.token === 'sealed')

      if (emulation.refreshes === false) expect(tokens?.refresh_token).toBeUndefined()
      else {
        expect(tokens?.refresh_token).toBeDefined()
        person.saved.tokens = { ...tokens, access_token: 'dead', token_type: 'Bearer' }
        expect(await client.callTool(call)).toMatchObject(answer as object)
        expect(person.authorizationUrls).toHaveLength(1)
      }
      await client.close()
    })
  },
)
