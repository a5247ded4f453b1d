import { describe, expect, onTestFinished, test } from 'vitest'
import { startLegacyHttpServer } from '../fixtures/legacy-http-server.ts'
import { http, startFederation } from '../support/federation.ts'
import { startTestGateway } from '../support/gateway.ts'
import { connectV1 } from '../support/mcp-clients.ts'
import { ERAS } from '../support/requests.ts'

const NOBODY = 'http://127.0.0.1:1/mcp'
const withoutTargets = (failureMode: string): string =>
  `mcp: {port: 0, address: 127.0.0.1, failureMode: ${failureMode}, targets: []}`
const eras = ['legacy', 'modern'] as const

describe.each(eras)('%s: when nobody answers [FED-14]', era => {
  test.each(['failClosed', 'failOpen'])('%s says which target it is', async failureMode => {
    await using gateway = await startFederation([http('one', NOBODY), http('two', NOBODY)], {
      failureMode,
    })
    for (const method of ['tools/list', 'prompts/list']) {
      const answer = await ERAS[era](gateway.url, method, {}, { accept: 'application/json' })
      expect([answer.status, answer.json().error.message]).toEqual([
        503,
        'target one cannot be reached',
      ])
    }
  })

  test('failOpen without targets has empty lists', async () => {
    await using gateway = await startTestGateway(withoutTargets('failOpen'))
    const answer = await ERAS[era](gateway.url, 'tools/list', {}, { accept: 'application/json' })
    expect(answer.json()).toMatchObject({ id: 7, result: { tools: [] } })
  })
})

test('failClosed without targets is no configuration [FED-14]', async () => {
  await expect(startTestGateway(withoutTargets('failClosed'))).rejects.toThrow(
    'expected at least one target, got an empty list',
  )
})

test('DELETE ends a session although one of its targets is gone [FED-18]', async () => {
  const living = await startLegacyHttpServer('living')
  onTestFinished(living.close)
  const dying = await startLegacyHttpServer('dying')
  await using gateway = await startFederation(
    [http('living', living.url), http('dying', dying.url)],
    { failureMode: 'failOpen' },
  )
  const { client, transport } = await connectV1(gateway.url)
  expect(living.sessions()).toHaveLength(1)
  await dying.close()
  await transport.terminateSession()
  expect(living.sessions()).toHaveLength(0)
  await client.close()
})
