import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { connect, KINDS } from '../support/client.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'
import { ERAS } from '../support/requests.ts'
import { startScriptedServer } from '../support/scripted-server.ts'

let identity: TestIdentity
let upstream: EverythingServer

beforeAll(async () => {
  identity = await createTestIdentity()
  upstream = await startEverythingServer()
})
afterAll(async () => {
  await identity.remove()
  await upstream.close()
})

const federated = (): string =>
  `{mcp: {targets: [{name: a, mcp: {host: "${upstream.url}"}}, {name: b, mcp: {host: "${upstream.url}"}}]}}`

/** A gateway with these members of `mcpAuthorization`, and whatever other policies. */
const start = (rules: string, more = '', backend = httpTarget(upstream.url)) =>
  startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {${identity.trust}, mode: optional}, mcpAuthorization: {${rules}}${more}}`,
        backend,
      },
    ]),
  )

const eras = Object.entries(ERAS)

const RULES = `rules: ['mcp.tool.name == "test_simple_text"', "mcp.tool.name == 'test_error_handling' && hasRole('tester')"]`

describe('rules about tools [RULE-5]', () => {
  test.each(KINDS)('%s: what is denied is neither listed nor callable', async kind => {
    await using gateway = await start(RULES)
    const client = await connect(kind, gateway.url)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['test_simple_text'])
    expect(await client.callTool({ name: 'test_simple_text', arguments: {} })).toMatchObject({
      content: [{ type: 'text' }],
    })
    await expect(
      client.callTool({ name: 'test_error_handling', arguments: {} }),
    ).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('Unknown tool: test_error_handling') as string,
    })
    await client.close()
  })

  test.each(KINDS)('%s: rules know the names that targets use', async kind => {
    await using gateway = await start(
      `rules: ['mcp.tool.target == "b" && mcp.tool.name == "test_simple_text"']`,
      '',
      federated(),
    )
    const client = await connect(kind, gateway.url)
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toEqual(['b_test_simple_text'])
    await expect(client.callTool({ name: 'a_test_simple_text', arguments: {} })).rejects.toThrow(
      'Unknown tool: a_test_simple_text',
    )
    await client.close()
  })

  test.each(eras)('%s: denied and unknown names get the same answer', async (_era, ask) => {
    await using gateway = await start(RULES, '', federated())
    const [denied, unknown, nowhere] = await Promise.all(
      ['a_test_error_handling', 'a_not_there', 'c_not_there'].map(name =>
        ask(gateway.url, 'tools/call', { name, arguments: {} }),
      ),
    )
    const shape = (answer: typeof denied, name: string) => [
      answer?.status,
      answer?.body.replaceAll(name, 'NAME'),
    ]
    expect(denied?.json()).toEqual({
      jsonrpc: '2.0',
      id: 7,
      error: { code: -32602, message: 'Unknown tool: a_test_error_handling' },
    })
    expect(shape(unknown, 'a_not_there')).toEqual(shape(denied, 'a_test_error_handling'))
    expect(shape(nowhere, 'c_not_there')).toEqual(shape(denied, 'a_test_error_handling'))
  })

  const BACKENDS = { 'one target': () => httpTarget(upstream.url), 'two targets': federated }
  const places = Object.entries(BACKENDS).flatMap(([where, backend]) =>
    eras.map(([era, ask]) => ({
      where,
      era,
      ask,
      backend,
      prefix: where === 'one target' ? '' : 'a_',
    })),
  )

  test.each(places)(
    '$era, $where: a name that is denied and one that the server does not know are told apart by nobody',
    async ({ ask, backend, prefix }) => {
      await using gateway = await start(
        `rules: [{deny: 'mcp.tool.name == "test_simple_text"'}]`,
        '',
        backend(),
      )
      const answer = async (name: string): Promise<unknown> => {
        const { status, body, headers } = await ask(gateway.url, 'tools/call', {
          name: prefix + name,
          arguments: {},
        })
        return [status, headers['content-type'], body.replaceAll(prefix + name, 'NAME')]
      }
      expect(await answer('test_simple_text')).toEqual([
        200,
        'application/json',
        '{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Unknown tool: NAME"}}',
      ])
      expect(await answer('not_there')).toEqual(await answer('test_simple_text'))
      const known = await ask(gateway.url, 'tools/call', { name: `${prefix}test_error_handling` })
      expect(known.body).toContain('"isError":true')
    },
  )

  test.each(places)('$era, $where: the same for prompts', async ({ ask, backend, prefix }) => {
    await using gateway = await start(
      `rules: [{deny: 'mcp.prompt.name == "test_simple_prompt"'}]`,
      '',
      backend(),
    )
    const answer = async (name: string): Promise<unknown> => {
      const { status, body } = await ask(gateway.url, 'prompts/get', { name: prefix + name })
      return [status, body.replaceAll(prefix + name, 'NAME')]
    }
    expect(await answer('test_simple_prompt')).toEqual([
      200,
      '{"jsonrpc":"2.0","id":7,"error":{"code":-32602,"message":"Unknown prompt: NAME"}}',
    ])
    expect(await answer('not_there')).toEqual(await answer('test_simple_prompt'))
    const known = await ask(gateway.url, 'prompts/get', { name: `${prefix}test_prompt_with_image` })
    expect(known.body).toContain('"messages"')
  })

  test.each(places)(
    '$era, $where: rules read annotations of a tool that nobody has listed before',
    async ({ ask, backend, prefix }) => {
      const annotated = await startScriptedServer('{"tools":{}}', {
        'server/discover': () =>
          '{"supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},"serverInfo":{"name":"scripted","version":"1"}}',
        'tools/list': () =>
          '{"tools":[{"name":"look","inputSchema":{"type":"object"},"annotations":{"readOnlyHint":true}},{"name":"wipe","inputSchema":{"type":"object"}}]}',
        'tools/call': () => '{"content":[{"type":"text","text":"done"}]}',
      })
      const text = backend().replaceAll(upstream.url, annotated.url)
      await using gateway = await start(`rules: ['mcp.tool.annotations.readOnlyHint']`, '', text)
      const call = (name: string) =>
        ask(gateway.url, 'tools/call', { name: prefix + name, arguments: {} })
      expect((await call('look')).body).toContain('done')
      expect((await call('wipe')).body).toContain('Unknown tool')
      await annotated.close()
    },
  )

  test.each(eras)('%s: a role opens what it is for', async (_era, ask) => {
    await using gateway = await start(RULES)
    const { authorization } = await identity.bearer(gateway.url, { roles: ['tester'] })
    const params = { name: 'test_error_handling', arguments: {} }
    const answer = await ask(gateway.url, 'tools/call', params, { authorization })
    expect(answer.body).toContain('"isError":true')
  })

  test.each(eras)('%s: `denied: explain` says why', async (_era, ask) => {
    await using gateway = await start(`${RULES}, denied: explain`)
    const answer = await ask(gateway.url, 'tools/call', { name: 'other', arguments: {} })
    expect(answer.json()).toMatchObject({
      error: { code: -32602, message: 'The tool other is denied: no allow rule is true' },
    })
  })

  test('the access log says which rule it was', async () => {
    await using gateway = await start(`rules: [{deny: 'mcp.tool.name == "test_simple_text"'}]`)
    await ERAS.legacy(gateway.url, 'tools/call', { name: 'test_simple_text' })
    const line = await gateway.logged(/"msg":"request"/)
    expect(line.reason).toMatch(/^unknown_name by deny test\.yaml:\d+:\d+$/)
  })

  test.each(eras)('%s: other kinds stay open, and have rules of their own', async (_era, ask) => {
    await using gateway = await start(
      `rules: ['mcp.tool.name == "x"', 'mcp.prompt.name == "test_simple_prompt"']`,
    )
    const prompts = await ask(gateway.url, 'prompts/list', {})
    expect(prompts.body).toContain('test_simple_prompt')
    expect(prompts.body).not.toContain('test_prompt_with_arguments')
    const denied = await ask(gateway.url, 'prompts/get', { name: 'test_prompt_with_image' })
    expect(denied.json()).toMatchObject({
      error: { message: 'Unknown prompt: test_prompt_with_image' },
    })
    const resources = await ask(gateway.url, 'resources/list', {})
    expect(resources.json().result.resources.length).toBeGreaterThan(0)
  })
})

test.each([
  ['one target', ''],
  ['two targets', 'a+'],
])('lists of tasks are filtered as calls are, %s [RULE-5]', async (_where, prefix) => {
  const server = await startScriptedServer('{"tasks":{"list":{}}}', {
    'tasks/list': () => '{"tasks":[{"taskId":"mine-1"},{"taskId":"other-1"}]}',
    'tasks/get': (_text, { taskId }) => `{"taskId":"${String(taskId)}","status":"working"}`,
  })
  const backend = (prefix === '' ? httpTarget(upstream.url) : federated()).replaceAll(
    upstream.url,
    server.url,
  )
  await using gateway = await start(
    `rules: [{deny: 'mcp.task.name.startsWith("other")'}]`,
    '',
    backend,
  )
  const { tasks } = (await ERAS.legacy(gateway.url, 'tasks/list', {})).json().result
  expect(tasks[0].taskId).toContain('mine-1')
  expect(JSON.stringify(tasks)).not.toContain('other')
  const get = (taskId: string) => ERAS.legacy(gateway.url, 'tasks/get', { taskId })
  expect((await get(tasks[0].taskId)).body).toContain('working')
  const hidden = tasks[0].taskId.replace('mine', 'other')
  expect((await get(hidden)).body).toContain(`Unknown task: ${hidden}`)
  await server.close()
})

describe('attack [RULE-6]', () => {
  const DENY = `rules: [{deny: 'mcp.tool.name == "test_simple_text" || true'}]`

  test('a call as a notification', async () => {
    await using gateway = await start(DENY)
    const message = { jsonrpc: '2.0', method: 'tools/call', params: { name: 'test_simple_text' } }
    expect((await post(gateway.url, message)).status).toBe(400)
  })

  test('a call in a batch', async () => {
    await using gateway = await start(DENY)
    const call = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'test_simple_text' },
    }
    const answer = await post(gateway.url, [call, { jsonrpc: '2.0', id: 2, method: 'ping' }])
    expect(answer.json()[0]).toMatchObject({
      id: 1,
      error: { message: 'Unknown tool: test_simple_text' },
    })
  })

  test('completion of a prompt that may not be seen', async () => {
    await using gateway = await start(
      `rules: [{deny: 'mcp.prompt.name == "test_prompt_with_arguments"'}]`,
    )
    const ref = { type: 'ref/prompt', name: 'test_prompt_with_arguments' }
    const params = { ref, argument: { name: 'arg1', value: '' } }
    const answer = await ERAS.legacy(gateway.url, 'completion/complete', params)
    expect(answer.json()).toMatchObject({
      error: { message: 'Unknown prompt: test_prompt_with_arguments' },
    })
  })

  test.each([
    ['one target', false],
    ['two targets', true],
  ])('a subscription to a resource that may not be seen: %s', async (_name, several) => {
    await using gateway = await start(
      `rules: [{deny: 'mcp.resource.name.startsWith("test://static")'}]`,
      '',
      several ? federated() : undefined,
    )
    const uri = `${several ? 'a+' : ''}test://static-text`
    const answer = await ERAS.modern(gateway.url, 'subscriptions/listen', {
      notifications: { resourceSubscriptions: [uri] },
    })
    expect(answer.json()).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('Unknown resource') as string },
    })
  })
})

describe('HTTP-level rules [RULE-7]', () => {
  test('are asked before a body is read, and say 403', async () => {
    await using gateway = await start(
      'rules: []',
      `, authorization: {rules: [{deny: 'request.path.startsWith("/mcp") && identity.anonymous'}]}`,
    )
    const answer = await ERAS.legacy(gateway.url, 'ping', {})
    expect(answer.status).toBe(403)
    expect(answer.json()).toMatchObject({
      error: { message: 'the rules of this route deny the request' },
    })
    const line = await gateway.logged(/"msg":"request"/)
    expect(line.reason).toMatch(/^forbidden by deny test\.yaml:/)
    const { authorization } = await identity.bearer(gateway.url)
    expect((await ERAS.legacy(gateway.url, 'ping', {}, { authorization })).status).toBe(200)
  })
})

test('a reload changes what sessions may do from the next request on [RULE-8]', async () => {
  const policies = (rules: string): string =>
    configuration([
      {
        policies: `{mcpAuthentication: {${identity.trust}, mode: optional}, mcpAuthorization: {rules: [${rules}]}}`,
        backend: httpTarget(upstream.url),
      },
    ])
  await using gateway = await startTestGateway(policies(`'mcp.tool.name == "test_simple_text"'`))
  const client = await connect('v2 legacy', gateway.url)
  const call = { name: 'test_simple_text', arguments: {} }
  expect(await client.callTool(call)).toMatchObject({ content: [{}] })
  await gateway.reconfigure(policies(`'mcp.tool.name == "other"'`))
  await expect(client.callTool(call)).rejects.toThrow('Unknown tool')
  expect((await client.listTools()).tools).toEqual([])
  await client.close()
})
