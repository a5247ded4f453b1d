import { describe, expect, onTestFinished, test } from 'vitest'
import { jsonRpc, type RecordingServer } from '../fixtures/recording-server.ts'
import { http, startFederation } from '../support/federation.ts'
import type { TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { connectV1, names } from '../support/mcp-clients.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

const TOOLS = '{"tools":{"listChanged":true}}'

async function scripted(
  ...given: Parameters<typeof startScriptedServer>
): Promise<RecordingServer> {
  const server = await startScriptedServer(...given)
  onTestFinished(server.close)
  return server
}

/** A server with tools of these names, so many on a page. */
function withTools(tools: readonly string[], pageSize = 100): Promise<RecordingServer> {
  return scripted(TOOLS, {
    'tools/list': (_text, { cursor = '0' }) => {
      const from = Number(cursor)
      const page = tools
        .slice(from, from + pageSize)
        .map(name => `{"name":"${name}","inputSchema":{"type":"object"}}`)
      const next = from + pageSize < tools.length ? `,"nextCursor":"${from + pageSize}"` : ''
      return `{"tools":[${page.join(',')}]${next}}`
    },
    'tools/call': (_text, { name }) => `{"content":[{"type":"text","text":"${String(name)}"}]}`,
  })
}

const asked = (server: RecordingServer, method: string): number =>
  server.received.filter(({ body }) => body.includes(`"method":"${method}"`)).length

async function sessionless(
  gateway: TestGateway,
  method: string,
  params = '{}',
  id = '1',
): Promise<string> {
  return (await post(gateway.url, jsonRpc(method, id, params), { accept: 'application/json' })).body
}

test('lists are paged through all targets, in order, each with its own cursor [FED-4]', async () => {
  const a = await withTools(['a1', 'a2', 'a3', 'a4', 'a5'], 2)
  const b = await withTools(['b1'], 2)
  const c = await withTools(['c1', 'c2', 'c3'], 2)
  await using gateway = await startFederation([
    http('a', a.url),
    http('b', b.url),
    http('c', c.url),
  ])
  const { client } = await connectV1(gateway.url)
  const pages: string[][] = []
  let cursor: string | undefined
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor })
    pages.push(names(page.tools))
    cursor = page.nextCursor
  } while (cursor !== undefined)
  expect(pages).toEqual([
    ['a_a1', 'a_a2', 'b_b1', 'c_c1', 'c_c2'],
    ['a_a3', 'a_a4', 'c_c3'],
    ['a_a5'],
  ])
  expect([asked(a, 'tools/list'), asked(b, 'tools/list'), asked(c, 'tools/list')]).toEqual([
    3, 1, 2,
  ])
  for (const bad of ['', 'garbage', '2'])
    await expect(client.listTools({ cursor: bad })).rejects.toMatchObject({ code: -32602 })
  await client.close()
})

test('a target without the capability is not asked [FED-5]', async () => {
  const tools = await withTools(['t'])
  const prompts = await scripted('{"prompts":{}}', {
    'prompts/list': () => '{"prompts":[{"name":"p"}]}',
  })
  await using gateway = await startFederation([
    http('tools', tools.url),
    http('prompts', prompts.url),
  ])
  const { client } = await connectV1(gateway.url)
  expect(names((await client.listTools()).tools)).toEqual(['tools_t'])
  expect(names((await client.listPrompts()).prompts)).toEqual(['prompts_p'])
  expect([asked(prompts, 'tools/list'), asked(tools, 'prompts/list')]).toEqual([0, 0])
  await client.close()
})

describe('prefixMode never', () => {
  test('names stay as they are and find their target; one that two offer is listed by none and refused [FED-2] [FED-3]', async () => {
    const a = await withTools(['one', 'both', 'x_y'], 2)
    const b = await withTools(['two', 'both'])
    await using gateway = await startFederation([http('a', a.url), http('b', b.url)], {
      prefixMode: 'never',
    })
    const { client } = await connectV1(gateway.url)
    expect(names((await client.listTools()).tools)).toEqual(['one', 'two'])
    for (const name of ['one', 'two', 'x_y'])
      expect(await client.callTool({ name })).toMatchObject({ content: [{ text: name }] })
    for (let call = 0; call < 2; call++)
      await expect(client.callTool({ name: 'both' })).rejects.toThrow(/a and b all offer "both"/)
    await expect(client.callTool({ name: 'nobody' })).rejects.toThrow(/Unknown tool: nobody/)
    expect(
      gateway.log.filter(line => line.includes('several targets offer the same name')),
    ).toHaveLength(1)
    await client.close()
  })

  test('names are not looked up anew for each call [FED-2]', async () => {
    const a = await withTools(['one'])
    const b = await withTools(['two'])
    await using gateway = await startFederation([http('a', a.url), http('b', b.url)], {
      prefixMode: 'never',
    })
    const { client } = await connectV1(gateway.url)
    for (let call = 0; call < 5; call++) await client.callTool({ name: 'two' })
    expect([asked(a, 'tools/list'), asked(b, 'tools/list')]).toEqual([1, 1])
    await client.close()
  })

  test('a tool that a target got later is found [FED-2]', async () => {
    const tools = ['one']
    const a = await withTools(tools)
    const b = await withTools(['two'])
    await using gateway = await startFederation([http('a', a.url), http('b', b.url)], {
      prefixMode: 'never',
    })
    const { client } = await connectV1(gateway.url)
    await client.callTool({ name: 'one' })
    tools.push('late')
    await expect
      .poll(() => client.callTool({ name: 'late' }).catch(String), { timeout: 5_000 })
      .toMatchObject({ content: [{ text: 'late' }] })
    await client.close()
  })
})

test.each(['conditional', 'always', 'never'])(
  'selectors hide tools from lists and calls, prefixMode %s [FED-8]',
  async prefixMode => {
    const a = await withTools(['get_x', 'get_y', 'set_x', 'other'])
    const more = `, include: [other, {regex: "get_.*"}], exclude: [get_y]`
    await using gateway = await startFederation([http('a', a.url, more)], { prefixMode })
    const prefix = prefixMode === 'always' ? 'a_' : ''
    const { client } = await connectV1(gateway.url)
    expect(names((await client.listTools()).tools)).toEqual([`${prefix}get_x`, `${prefix}other`])
    expect(await client.callTool({ name: `${prefix}get_x` })).toMatchObject({
      content: [{ text: 'get_x' }],
    })
    for (const name of ['get_y', 'set_x', 'nobody'])
      await expect(client.callTool({ name: prefix + name })).rejects.toThrow(
        `Unknown tool: ${prefix}${name}`,
      )
    expect(a.received.filter(({ body }) => body.includes('set_x')).length).toBe(0)
    await client.close()
  },
)

const ODD = `{"big":12345678901234567890,"small":1e-400,"one":1.0,"minus":-0,"emoji":"😀\\ud83d\\ude00","deep":${'['.repeat(2_000)}${']'.repeat(2_000)},"b":1,"a":2, "spaced" : [ 1 , 2 ]}`

test('entries of lists arrive as they were written, but for their names [FED-7]', async () => {
  const item = `{ "inputSchema":{"type":"object","x":${ODD}}, "name":"t", "_meta":{"ui":{"resourceUri":"ui://app/main","visibility":["model"]},"n":1.0}, "annotations":{"readOnlyHint":true},"unknown":${ODD}}`
  const server = await scripted('{"tools":{},"resources":{}}', {
    'tools/list': () => `{"tools":[${item}],"unknown":${ODD}}`,
    'resources/list': () =>
      `{"resources":[{"uri":"ui://app/main","name":"t","x":${ODD}},{"uri":"file:///x","name":"y"}]}`,
  })
  const other = await withTools(['u'])
  await using gateway = await startFederation([http('a', server.url), http('b', other.url)])
  const list = await sessionless(gateway, 'tools/list')
  expect(list).toContain(
    item.replace('"name":"t"', '"name":"a_t"').replace('ui://app/main', 'ui://a+app/main'),
  )
  expect(list).toContain(`"unknown":${ODD}}`)
  const resources = await sessionless(gateway, 'resources/list')
  expect(resources).toContain(
    `{"uri":"ui://a+app/main","name":"t","x":${ODD}},{"uri":"a+file:///x","name":"y"}`,
  )
})

test('calls and their results arrive as they were written, but for names and URIs [FED-7]', async () => {
  const huge = 'é'.repeat(1_500_000)
  const result = `{"content":[{"type":"resource_link","uri":"file:///x","name":"n","x":${ODD}},{"type":"resource","resource":{"uri":"ui://app","text":"file:///x"}},{"type":"text","text":"file:///x ${huge}"}],"structuredContent":{"uri":"file:///x","n":${ODD}},"_meta":{"k":${ODD}}}`
  const server = await scripted('{"tools":{}}', { 'tools/call': () => result })
  const other = await withTools(['u'])
  await using gateway = await startFederation([http('a', server.url), http('b', other.url)])
  const params = `{ "arguments":{"name":"a_t","x":${ODD},"huge":"${huge}"}, "name" : "a_t" ,"_meta":{"progressToken":"p","z":1.0}}`
  for (const id of ['-7', '"a-1"', '9007199254740993']) {
    const body = await sessionless(gateway, 'tools/call', params, id)
    expect(body).toBe(
      `{"jsonrpc":"2.0","id":${id},"result":${result
        .replace('"uri":"file:///x","name"', '"uri":"a+file:///x","name"')
        .replace('"uri":"ui://app"', '"uri":"ui://a+app"')}}`,
    )
    const sent =
      server.received.findLast(({ body }) => body.includes('tools/call'))?.body.toString() ?? ''
    expect(
      sent
        .slice(sent.indexOf('"params":') + 9, -1)
        .replace(/"progressToken":"[^"]*"/, '"progressToken":"p"'),
    ).toBe(params.replace('"name" : "a_t"', '"name" : "t"'))
  }
})
