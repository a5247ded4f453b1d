import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { adaptations, paths, withoutOne } from './adaptations.ts'
import { type Emulated, startEmulation } from './emulation.ts'
import { emulations } from './emulations.ts'
import { journey } from './journey.ts'
import { elsewhere, shownElsewhere } from './shown-elsewhere.ts'

let upstream: EverythingServer
beforeAll(async () => {
  upstream = await startEverythingServer()
})
afterAll(() => upstream.close())

test('what no login shows has a test of its own', () => {
  const known = emulations.flatMap(emulation =>
    paths(adaptations(emulation)).map(path => elsewhere(emulation.provider, path)),
  )
  expect(shownElsewhere.filter(row => !known.includes(row))).toEqual([])
  expect(shownElsewhere.filter(({ test: file }) => !existsSync(file))).toEqual([])
})

describe.each(emulations.map(emulation => [emulation.provider, emulation] as const))(
  '%s, its profile written inline',
  (_, emulation) => {
    const all = adaptations(emulation)
    let emulated: Emulated
    beforeAll(async () => {
      emulated = await startEmulation(emulation, upstream.url)
    })
    afterAll(() => emulated[Symbol.asyncDispose]())

    test('lets an official client log in, call and refresh [ODD-5]', async () => {
      await emulated.useProfile(all)
      await journey('v2 legacy', emulation, emulated)
    })

    const shownHere = paths(all).filter(path => elsewhere(emulation.provider, path) === undefined)

    test.each(shownHere)('does not without %s [ODD-5]', async path => {
      await emulated.useProfile(withoutOne(all, path))
      await expect(journey('v2 legacy', emulation, emulated)).rejects.toThrow()
    })
  },
)
