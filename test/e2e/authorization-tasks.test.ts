import { afterAll, beforeAll, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { configuration } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'

let server: EverythingServer
beforeAll(async () => {
  server = await startEverythingServer()
})
afterAll(() => server.close())

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {
    extensions: { 'io.modelcontextprotocol/tasks': {} },
  },
}

async function ask(
  url: string,
  method: string,
  params: Readonly<Record<string, unknown>> & { readonly name?: string; readonly taskId?: string },
) {
  const answer = await post(
    url,
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } },
    {
      accept: 'application/json',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': params.name ?? params.taskId ?? '',
    },
  )
  return answer.json()
}

const target = (name: string): string => `{name: ${name}, mcp: {host: "${server.url}"}}`

test.each([
  ['one target', () => target('a'), ''],
  ['two targets', () => `${target('a')}, ${target('b')}`, 'a_'],
])('rules hold for tasks: %s [ERA-7] [RULE-5]', async (_, targets, prefix) => {
  const serve = (rules: string): string =>
    configuration([
      {
        policies: `{mcpAuthorization: {rules: [${rules}]}}`,
        backend: `{mcp: {targets: [${targets()}]}}`,
      },
    ])
  await using gateway = await startTestGateway(serve(''))
  const made = await ask(gateway.url, 'tools/call', {
    name: `${prefix}slow_compute`,
    arguments: { seconds: 0.05 },
  })
  const { taskId } = made.result as { taskId: string }
  expect(await ask(gateway.url, 'tasks/get', { taskId })).toMatchObject({ result: { taskId } })
  await gateway.reconfigure(serve(`{deny: 'mcp.task.target == "a"'}`))
  for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update'])
    expect(await ask(gateway.url, method, { taskId })).toMatchObject({
      error: { code: -32602, message: `Unknown task: ${taskId}` },
    })
})
