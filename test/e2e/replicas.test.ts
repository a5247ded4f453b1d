import {
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { generateKey } from '../../src/seal/seal.ts'
import { createFolder, type Folder, type Program, start } from '../cli/program.ts'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { startModernHttpServer } from '../fixtures/modern-http-server.ts'
import { program } from '../fixtures/program.ts'
import { type Balancer, type Choice, startBalancer } from '../support/balancer.ts'
import { federationYaml, http, stdio } from '../support/federation.ts'
import { connectV1, connectV2, MODERN, names } from '../support/mcp-clients.ts'

let folder: Folder
let one: LegacyHttpServer
let two: LegacyHttpServer
beforeEach(async () => {
  folder = createFolder()
  one = await startLegacyHttpServer('one')
  two = await startLegacyHttpServer('two')
})
afterEach(async () => {
  await Promise.all([one.close(), two.close()])
  folder.remove()
})

type Replicas = { readonly balancer: Balancer; readonly programs: readonly Program[] }

/** Two processes of the built program with one key, behind a balancer that knows no clients. */
async function startReplicas(targets: readonly string[], choice?: Choice): Promise<Replicas> {
  const yaml = federationYaml(targets, {}, generateKey())
  const file = folder.file('portcullis.yaml', yaml)
  const programs = [start(['-f', file], { folder }), start(['-f', file], { folder })]
  onTestFinished(async () => {
    for (const { process } of programs) process.kill('SIGKILL')
    await Promise.all(programs.map(({ ended }) => ended))
  })
  const urls = await Promise.all(
    programs.map(async ({ printed }) => (await printed(/http:\/\/localhost:(\d+)\/mcp/))[1]),
  )
  const balancer = await startBalancer(
    urls.map(port => `http://127.0.0.1:${port}/mcp`),
    choice,
  )
  onTestFinished(() => balancer[Symbol.asyncDispose]())
  return { balancer, programs }
}

async function kill({ process, ended }: Program): Promise<void> {
  process.kill('SIGKILL')
  expect((await ended).signal).toBe('SIGKILL')
}

describe.each([1, 2])('two processes in front of %i HTTP servers, one of them killed', count => {
  test('sessions go on: calls, the stream, DELETE [SCALE-1]', async () => {
    const targets = [http('one', one.url), http('two', two.url)].slice(0, count)
    const prefix = count === 1 ? '' : 'one_'
    const { balancer, programs } = await startReplicas(targets)
    const changes: number[] = []
    const clients = await Promise.all(
      Array.from({ length: 6 }, async (_, index) => {
        const connected = await connectV1(balancer.url, {
          prepare(client) {
            client.setRequestHandler(ElicitRequestSchema, () => ({
              action: 'accept',
              content: { name: `client ${index}` },
            }))
            client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
              changes.push(index)
            })
          },
        })
        onTestFinished(() => connected.client.close())
        return connected
      }),
    )
    const sessions = clients.map(({ transport }) => transport.sessionId)
    const call = async (index: number, message: string): Promise<string> => {
      const answer = await clients[index]?.client.callTool({
        name: `${prefix}echo`,
        arguments: { message },
      })
      return JSON.stringify(answer?.content)
    }
    const round = (message: string) =>
      Promise.allSettled(clients.map((_, index) => call(index, message)))

    for (let turn = 0; turn < 4; turn++)
      for (const outcome of await round('before'))
        expect(outcome).toMatchObject({ value: expect.stringContaining('before') })
    expect(Math.min(...balancer.served)).toBeGreaterThan(0)

    // The answer to a question goes to another process than the call that it belongs to.
    for (const [index, { client }] of clients.entries())
      expect(JSON.stringify(await client.callTool({ name: `${prefix}ask` }))).toContain(
        `client ${index}`,
      )

    // One is killed in the middle of calls: some of these are lost, and no client waits for ever.
    const during = round('during')
    await kill(programs[1] as Program)
    await during
    for (let turn = 0; turn < 4; turn++)
      for (const outcome of await round('after'))
        expect(outcome).toMatchObject({ value: expect.stringContaining('after') })
    expect(clients.map(({ transport }) => transport.sessionId)).toEqual(sessions)

    // Those streams that were at the other process are opened again by their clients.
    await expect
      .poll(
        () => {
          one.addTool(`tool-${Math.random()}`)
          return new Set(changes).size
        },
        { timeout: 20_000, interval: 200 },
      )
      .toBe(clients.length)

    expect(one.sessions()).toHaveLength(clients.length)
    await Promise.all(clients.map(({ transport }) => transport.terminateSession()))
    expect(one.sessions()).toHaveLength(0)
  })
})

test('clients without session notice a killed process only by the calls that it had [SCALE-1]', async () => {
  const modern = await startModernHttpServer('modern')
  onTestFinished(modern.close)
  const { balancer, programs } = await startReplicas([
    http('modern', modern.url),
    http('one', one.url),
  ])
  const client = await connectV2(balancer.url, MODERN)
  onTestFinished(() => client.close())
  expect(names((await client.listTools()).tools)).toContain('modern_echo')
  await kill(programs[0] as Program)
  for (let turn = 0; turn < 4; turn++)
    expect(
      await client.callTool({ name: 'modern_echo', arguments: { message: 'still' } }),
    ).toMatchObject({ content: [{ text: 'still' }] })
})

test('what lives in a process that is killed is 404 at the other, and a client that starts over goes on [SCALE-2]', async () => {
  const { balancer, programs } = await startReplicas(
    [stdio('child', program('stdio-server'))],
    'first',
  )
  const hello = { name: 'echo', arguments: { message: 'hello' } }
  const { client } = await connectV1(balancer.url)
  expect(await client.callTool(hello)).toMatchObject({ content: [{ text: '{"message":"hello"}' }] })
  await kill(programs[0] as Program)
  await expect(client.callTool(hello)).rejects.toMatchObject({ code: 404 })
  await client.close()
  // What clients have to do at 404 (spec 2025-11-25, basic/transports#session-management).
  const again = await connectV1(balancer.url)
  expect(await again.client.callTool(hello)).toMatchObject({
    content: [{ text: '{"message":"hello"}' }],
  })
  await again.client.close()
})
