import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LegacyHttpServer, startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { program } from '../fixtures/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { configuration, httpTarget, stdioTarget } from '../support/configuration.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway } from '../support/gateway.ts'
import { ask, messageRequest, post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

/**
 * The attack (MCP, security best practices: session hijacking): somebody with a valid token of his own
 * has got hold of another user's session id, and speaks, listens or answers in it.
 */
let server: LegacyHttpServer
let identity: TestIdentity

beforeAll(async () => {
  server = await startLegacyHttpServer()
  identity = await createTestIdentity()
})
afterAll(async () => {
  await server.close()
  await identity.remove()
})

const TARGETS: Readonly<Record<string, { backend: () => string; ask: string }>> = {
  http: { backend: () => httpTarget(server.url), ask: 'ask' },
  stdio: {
    backend: () => stdioTarget(program('everything-server', '--stdio')),
    ask: 'test_elicitation',
  },
}

test.each(Object.keys(TARGETS))(
  'over %s: nothing of it is seen, answered, resumed or ended by another [SESS-1]',
  async name => {
    const target = TARGETS[name] ?? { backend: () => '', ask: '' }
    await using gateway = await startTestGateway(
      configuration([
        {
          policies: `{mcpAuthentication: {${identity.trust}, audiences: [gateway]}}`,
          backend: target.backend(),
        },
      ]),
    )
    const initialize = jsonRpc(
      'initialize',
      '0',
      '{"protocolVersion":"2025-11-25","capabilities":{"elicitation":{}},"clientInfo":{"name":"t","version":"1"}}',
    )
    const victim = await identity.bearer('gateway')
    const opened = await post(gateway.url, initialize, victim)
    const session = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
    const alice = { ...victim, ...session }
    await post(gateway.url, '{"jsonrpc":"2.0","method":"notifications/initialized"}', alice)
    const call = jsonRpc(
      'tools/call',
      '1',
      JSON.stringify({ name: target.ask, arguments: { message: 'Your name?' } }),
    )
    const waiting = await openTestStream(gateway.url, messageRequest(call, alice))
    const asked = await waiting.until('elicitation/create')
    const question = JSON.parse(/data: (\{.*elicitation\/create.*\})/.exec(asked)?.[1] ?? '{}')
    const answer = (who: string) => ({
      jsonrpc: '2.0',
      id: question.id,
      result: { action: 'accept', content: { name: who, response: who } },
    })

    const mallory = { ...(await identity.bearer('gateway', { sub: 'mallory' })), ...session }
    const attempts = [
      post(gateway.url, answer('Mallory'), mallory),
      post(gateway.url, call, mallory),
      post(gateway.url, jsonRpc('tools/list', '2'), mallory),
      post(
        gateway.url,
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
        mallory,
      ),
      ask(gateway.url, { headers: { ...mallory, accept: 'text/event-stream' } }),
      ask(gateway.url, { headers: { ...mallory, 'last-event-id': '0' } }),
      ask(gateway.url, { method: 'DELETE', headers: mallory }),
    ]
    for (const attempt of await Promise.all(attempts)) expect(attempt.status).toBe(404)

    expect((await post(gateway.url, answer('Ada'), alice)).status).toBe(202)
    const all = await waiting.ended
    expect(all).toContain('Ada')
    expect(all).not.toContain('Mallory')
  },
)
