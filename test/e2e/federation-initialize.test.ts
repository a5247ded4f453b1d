import { expect, onTestFinished, test } from 'vitest'
import { jsonRpc, type RecordingServer } from '../fixtures/recording-server.ts'
import { http, startFederation } from '../support/federation.ts'
import { post } from '../support/http.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

const INITIALIZE = jsonRpc(
  'initialize',
  '0',
  '{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}',
)

async function offering(capabilities: object): Promise<RecordingServer> {
  const server = await startScriptedServer(JSON.stringify(capabilities), {})
  onTestFinished(server.close)
  return server
}

async function promised(
  all: readonly object[],
  statefulMode: string,
): Promise<{ capabilities: object; session: unknown }> {
  const servers = await Promise.all(all.map(offering))
  const targets = servers.map(({ url }, index) => http(`t${index}`, url))
  await using gateway = await startFederation(targets, { statefulMode })
  const answer = await post(gateway.url, INITIALIZE, { accept: 'application/json' })
  expect(answer.status).toBe(200)
  return {
    capabilities: answer.json().result.capabilities,
    session: answer.headers['mcp-session-id'],
  }
}

const SOME = { tools: {}, resources: { subscribe: true }, logging: {}, completions: {} }
const MORE = { tools: { listChanged: false }, prompts: {}, experimental: { x: { y: 1 } } }

test('a session is promised what any target offers, and to hear of changes [FED-6]', async () => {
  const { capabilities, session } = await promised([SOME, MORE], 'stateful')
  expect(capabilities).toEqual({
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: { listChanged: true },
    logging: {},
    completions: {},
    experimental: { x: { y: 1 } },
  })
  expect(session).toBeDefined()
})

test.each([
  [
    'several targets',
    [SOME, MORE],
    { tools: {}, resources: {}, prompts: {}, completions: {}, experimental: { x: { y: 1 } } },
  ],
  [
    'one target',
    [{ ...SOME, tools: { listChanged: true }, own: { a: 1 } }],
    { tools: {}, resources: {}, completions: {}, own: { a: 1 } },
  ],
])('without sessions nothing is promised that needs one: %s [FED-19]', async (_, all, wanted) => {
  expect(await promised(all, 'stateless')).toEqual({ capabilities: wanted, session: undefined })
})
