import { expect, onTestFinished, test } from 'vitest'
import { startEverythingServer } from '../fixtures/everything-server.ts'
import { startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { startModernHttpServer } from '../fixtures/modern-http-server.ts'
import { program } from '../fixtures/program.ts'
import { http, startFederation, stdio } from '../support/federation.ts'
import { connectV1, connectV2, MODERN, names } from '../support/mcp-clients.ts'

async function servers() {
  const everything = await startEverythingServer()
  const legacy = await startLegacyHttpServer()
  const modern = await startModernHttpServer()
  onTestFinished(async () => {
    await Promise.all([everything.close(), legacy.close(), modern.close()])
  })
  const targets = [
    http('every', everything.url),
    http('old', legacy.url),
    http('new', modern.url),
    stdio('child', program('everything-server', '--stdio')),
  ]
  return { everything, legacy, modern, targets }
}

function prefixes(list: readonly string[]): string[] {
  return [...new Set(list.map(name => name.slice(0, name.indexOf('_'))))]
}

test('a legacy client meets all targets of its era, in the order of the configuration [ERA-8]', async () => {
  const { targets } = await servers()
  await using gateway = await startFederation(targets)
  const { client } = await connectV1(gateway.url)
  const listed = names((await client.listTools()).tools)
  expect(prefixes(listed)).toEqual(['every', 'old', 'child'])
  expect(listed).toContain('old_echo')
  const answer = await client.callTool({ name: 'old_echo', arguments: { message: 'hi' } })
  expect(answer.content).toEqual([{ type: 'text', text: 'hi' }])
  const child = await client.callTool({ name: 'child_greet', arguments: { name: 'Ada' } })
  expect(child.content).toEqual([{ type: 'text', text: 'Hello, Ada!' }])
  await client.close()
})

test('a modern client meets all targets of its era [ERA-8] [ERA-11]', async () => {
  const { targets, modern } = await servers()
  await using gateway = await startFederation(targets)
  for (const mode of [MODERN, 'auto' as const]) {
    const client = await connectV2(gateway.url, mode)
    const listed = names((await client.listTools()).tools)
    expect(prefixes(listed)).toEqual(['every', 'new', 'child'])
    const answer = await client.callTool({ name: 'new_echo', arguments: { message: 'hi' } })
    expect(answer.content).toEqual([{ type: 'text', text: 'hi' }])
    expect(modern.received.at(-1)).toMatchObject({ 'mcp-method': 'tools/call', 'mcp-name': 'echo' })
    await client.close()
  }
})
