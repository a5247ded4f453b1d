import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { connectV2, MODERN } from '../support/mcp-clients.ts'
import { connectSession } from './session-client.ts'
import { startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld('failOpen')
})
afterAll(() => world.close())

const targetsOf = (names: readonly string[]): Set<string> =>
  new Set(names.map(name => name.slice(0, name.indexOf('_'))))

test('a server that dies is missed by those who call it, and is there again when it is back [REAL-4]', async () => {
  const old = await connectSession(world.gateway.url, 'v1', world.folder)
  const modern = await connectV2(world.gateway.url, MODERN)
  onTestFinished(async () => {
    await Promise.all([old.close(), modern.close()])
  })
  const addOld = () => old.call('python_add', { a: 1, b: 2 })
  const addModern = async () =>
    JSON.stringify(await modern.callTool({ name: 'python_add', arguments: { a: 1, b: 2 } }))
  expect(await addOld()).toBe('3')
  expect(await addModern()).toContain('"3"')

  await world.python.kill()
  await expect(addOld()).rejects.toThrow(/python/)
  await expect(addModern()).rejects.toThrow(/python/)
  expect(await old.call('child_echo', { message: 'hi' })).toContain('hi')
  expect(targetsOf((await old.tools()).names)).toEqual(
    new Set(['web', 'child', 'files', 'fixture']),
  )
  expect(await world.gateway.logged(/a list lacks a target/)).toMatchObject({ level: 'warn' })

  await world.restartPython()
  // The server has forgotten the session; the gateway opens it again, and the client never learns of it.
  await expect.poll(() => addOld().catch(String), { timeout: 20_000 }).toBe('3')
  await expect.poll(() => addModern().catch(String), { timeout: 20_000 }).toContain('"3"')
  await expect
    .poll(async () => [...targetsOf((await old.tools()).names)], { timeout: 20_000 })
    .toContain('python')
  expect(await old.call('python_ask')).toBe('Hello, Ada!')
})
