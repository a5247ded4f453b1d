import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { type ModernHttpServer, startModernHttpServer } from '../fixtures/modern-http-server.ts'
import { http, startFederation } from '../support/federation.ts'
import type { TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { connectV2, MODERN, names } from '../support/mcp-clients.ts'
import { ERAS, type Era } from '../support/requests.ts'

let both: EverythingServer
let modern: ModernHttpServer
let old: LegacyHttpServer
let gateway: TestGateway
let single: TestGateway

beforeAll(async () => {
  both = await startEverythingServer()
  modern = await startModernHttpServer('new')
  old = await startLegacyHttpServer('old')
  gateway = await startFederation([
    http('both', both.url),
    http('new', modern.url),
    http('old', old.url),
  ])
  single = await startFederation([http('both', both.url)])
})
afterAll(async () => {
  await Promise.all([gateway.stop(), single.stop()])
  await Promise.all([both.close(), modern.close(), old.close()])
})

const PARAMS: Readonly<Record<string, { uri?: string; taskId?: string }>> = {
  'resources/subscribe': { uri: 'both+test://static-text' },
  'resources/unsubscribe': { uri: 'both+test://static-text' },
  'tasks/result': { taskId: 'both+1' },
}
const JSON_ONLY = { accept: 'application/json' }

const targetsOf = async (era: Era, method: string, member: string): Promise<Set<string>> => {
  const { result } = (await ERAS[era](gateway.url, method, {}, JSON_ONLY)).json()
  return new Set(names(result[member]).map(name => name.slice(0, name.indexOf('_'))))
}

describe('each client meets the servers of its era, and those of both [ERA-8]', () => {
  test.each<[Era, string, string, string[]]>([
    ['legacy', 'tools/list', 'tools', ['both', 'old']],
    ['modern', 'tools/list', 'tools', ['both', 'new']],
    ['legacy', 'prompts/list', 'prompts', ['both', 'old']],
    ['modern', 'prompts/list', 'prompts', ['both']],
  ])('%s: %s', async (era, method, member, wanted) => {
    expect(await targetsOf(era, method, member)).toEqual(new Set(wanted))
  })
})

test('lists say how long they hold in the stateless era alone [ERA-2]', async () => {
  for (const method of ['tools/list', 'prompts/list', 'resources/list']) {
    const told = (await ERAS.modern(gateway.url, method, {}, JSON_ONLY)).json().result
    expect(told).toMatchObject({
      ttlMs: expect.any(Number) as number,
      cacheScope: expect.stringMatching(/^(public|private)$/) as string,
    })
    const { result } = (await ERAS.legacy(gateway.url, method, {}, JSON_ONLY)).json()
    expect(Object.keys(result)).not.toContain('ttlMs')
    expect(Object.keys(result)).not.toContain('cacheScope')
  }
})

test('prompts of a federation in the stateless era [ERA-4]', async () => {
  const client = await connectV2(gateway.url, MODERN)
  const { prompts } = await client.listPrompts()
  expect(names(prompts)).toContain('both_test_prompt_with_arguments')
  const { messages } = await client.getPrompt({
    name: 'both_test_prompt_with_arguments',
    arguments: { arg1: 'one', arg2: 'two' },
  })
  expect(JSON.stringify(messages)).toContain('one')
  await client.close()
})

test('names without a prefix find their server in the stateless era [FED-2] [ERA-4]', async () => {
  await using bare = await startFederation([http('both', both.url), http('new', modern.url)], {
    prefixMode: 'never',
  })
  const client = await connectV2(bare.url, MODERN)
  expect(await client.callTool({ name: 'echo', arguments: { message: 'hi' } })).toMatchObject({
    content: [{ text: 'hi' }],
  })
  expect(modern.received.at(-1)).toMatchObject({ 'mcp-name': 'echo' })
  await expect(client.callTool({ name: 'nobody', arguments: {} })).rejects.toThrow(
    'Unknown tool: nobody',
  )
  await client.close()
})

describe.each([
  ['a federation', () => gateway.url],
  ['one server', () => single.url],
])('%s', (_name, url) => {
  test('a version that nobody serves is answered with those that are, and the one that was asked for [ERA-9]', async () => {
    const headers = { 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'tools/list' }
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2099-01-01',
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const body = { jsonrpc: '2.0', id: 'v', method: 'tools/list', params: { _meta } }
    const answer = await post(url(), body, headers)
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({
      id: 'v',
      error: { code: -32022, data: { requested: '2099-01-01' } },
    })
    expect(answer.json().error.data.supported).toContain('2026-07-28')
  })

  test('methods that the stateless era does not have are 404 there, and only there [ERA-3]', async () => {
    for (const method of [
      'ping',
      'logging/setLevel',
      'resources/subscribe',
      'resources/unsubscribe',
      'tasks/list',
      'tasks/result',
      'nobody/knows',
    ]) {
      const answer = await ERAS.modern(url(), method, PARAMS[method] ?? {}, JSON_ONLY)
      expect([method, answer.status, answer.json().error.code]).toEqual([method, 404, -32601])
    }
    const ping = await ERAS.legacy(url(), 'ping', {}, JSON_ONLY)
    expect([ping.status, ping.json()]).toEqual([200, { jsonrpc: '2.0', id: 7, result: {} }])
    const unknown = await ERAS.legacy(url(), 'nobody/knows', {}, JSON_ONLY)
    expect([unknown.status, unknown.json().error.code]).toEqual([200, -32601])
  })

  test('a session of the other era means nothing to a request that says its own [ERA-1]', async () => {
    const headers = { ...JSON_ONLY, 'mcp-session-id': 'made up' }
    const answer = await ERAS.modern(url(), 'tools/list', {}, headers)
    expect(answer.status).toBe(200)
    expect(answer.headers['mcp-session-id']).toBeUndefined()
  })
})
