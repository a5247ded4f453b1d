import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { profiles } from '../../src/providers/index.ts'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { KINDS } from '../support/client.ts'
import { type Emulated, startEmulation } from './emulation.ts'
import { emulations } from './emulations.ts'
import { journey } from './journey.ts'

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

    test.each(KINDS)('%s: login, call, refresh, call [RELAY-19] [RELAY-20]', kind =>
      journey(kind, emulation, emulated),
    )
  },
)
