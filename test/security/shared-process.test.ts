import { afterAll, beforeAll, expect, test } from 'vitest'
import { program } from '../fixtures/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { configuration, stdioTarget } from '../support/configuration.ts'
import { startTestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

/**
 * The attack: callers of the stateless era share one process, so somebody chooses the ids and progress
 * tokens of others, in the hope of getting their answers or progress, or of cancelling their calls.
 */
let identity: TestIdentity
beforeAll(async () => {
  identity = await createTestIdentity()
})
afterAll(() => identity.remove())

const TOKEN = 'the same token'

test('callers with the same ids get their own answers and nothing of each other [STDIO-1] [CALL-4]', async () => {
  await using gateway = await startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {${identity.trust}, audiences: [gateway]}}`,
        backend: stdioTarget(program('everything-server', '--stdio')),
      },
    ]),
  )
  const call = async (sub: string, id: string, args: object) => {
    const params = {
      name: 'greet',
      arguments: args,
      _meta: {
        progressToken: TOKEN,
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    }
    return post(gateway.url, jsonRpc('tools/call', id, JSON.stringify(params)), {
      ...(await identity.bearer('gateway', { sub })),
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': 'greet',
    })
  }
  const cancel = async (sub: string) =>
    post(
      gateway.url,
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
      {
        ...(await identity.bearer('gateway', { sub })),
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'notifications/cancelled',
      },
    )
  const callers = Array.from({ length: 20 }, (_, n) => `user-${n}`)
  const answers = await Promise.all([
    ...callers.map(sub => call(sub, '1', { name: sub })),
    cancel('mallory'),
  ])
  for (const [n, sub] of callers.entries()) {
    const answer = answers[n]
    expect(answer?.status, answer?.body).toBe(200)
    const { id, result } = answer?.json() ?? {}
    expect(id).toBe(1)
    expect(result.content[0].text).toContain(`${sub}!`)
  }
})
