import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type EverythingServer, startEverythingServer } from '../fixtures/everything-server.ts'
import { configuration, type RouteParts } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'
import { names } from '../support/mcp-clients.ts'
import { ERAS, type Era } from '../support/requests.ts'

const READERS = new Set(['a_test_simple_text', 'a_test_image_content', 'b_test_simple_text'])

let identity: TestIdentity
let a: EverythingServer
let b: EverythingServer
let gateway: TestGateway

/** Routes over the same two servers, each with a part of what they offer. */
const view = (match: string, selectors: string, rules: string): RouteParts => ({
  match,
  policies: `{mcpAuthentication: {${identity.trust}, audience: gateway}, mcpAuthorization: {rules: [${rules}]}}`,
  backend: `{mcp: {targets: [{name: a, mcp: {host: "${a.url}"}${selectors}}, {name: b, mcp: {host: "${b.url}"}, include: [test_simple_text]}]}}`,
})

beforeAll(async () => {
  identity = await createTestIdentity()
  a = await startEverythingServer()
  b = await startEverythingServer()
  const named = '{path: {exact: /mcp}, headers: [{name: x-view, value: {exact: readers}}]}'
  gateway = await startTestGateway(
    configuration([
      view(named, ', include: [test_simple_text, test_image_content]', ''),
      view(
        '{path: {exact: /mcp}}',
        ', include: [test_simple_text, test_image_content]',
        `"hasRole('tool:' + mcp.tool.name)", "hasRole('prompt:' + mcp.prompt.name)", "hasRole('resource:' + mcp.resource.name)"`,
      ),
    ]),
  )
})
afterAll(async () => {
  await gateway.stop()
  await identity.remove()
  await Promise.all([a.close(), b.close()])
})

const eras = ['legacy', 'modern'] as const

describe.each(eras)('%s: a route shows a part of its servers [FED-8]', era => {
  const ask = async (
    method: string,
    params: { name?: string; uri?: string } = {},
    more: Record<string, string> = {},
  ): Promise<{ result: Record<string, { name: string; uri: string }[]>; error?: object }> => {
    const headers = { accept: 'application/json', ...more }
    return (await ERAS[era as Era](gateway.url, method, params, headers)).json()
  }
  const readers = async (): Promise<Record<string, string>> => ({
    ...(await identity.bearer('gateway')),
    'x-view': 'readers',
  })
  const roles = (...granted: string[]): Promise<Record<string, string>> =>
    identity.bearer('gateway', { roles: granted })

  test('one that a header chooses, in lists and in calls', async () => {
    const list = await ask('tools/list', {}, await readers())
    expect(new Set(names(list.result.tools ?? []))).toEqual(READERS)
    expect(
      await ask('tools/call', { name: 'a_test_error_handling' }, await readers()),
    ).toMatchObject({ error: { code: -32602, message: 'Unknown tool: a_test_error_handling' } })
  })

  test('prompts and resources stay, because selectors are about tools', async () => {
    const prompts = await ask('prompts/list', {}, await readers())
    expect(names(prompts.result.prompts ?? [])).toContain('a_test_simple_prompt')
    expect(names(prompts.result.prompts ?? [])).toContain('b_test_simple_prompt')
    const resources = await ask('resources/list', {}, await readers())
    expect(resources.result.resources?.length).toBeGreaterThan(0)
  })

  test('what roles and selectors both allow is there, and that may be nothing [RULE-12]', async () => {
    const some = await roles('tool:test_simple_text', 'tool:test_error_handling')
    expect(names((await ask('tools/list', {}, some)).result.tools ?? [])).toEqual([
      'a_test_simple_text',
      'b_test_simple_text',
    ])
    const none = await roles('tool:test_error_handling')
    expect((await ask('tools/list', {}, none)).result.tools).toEqual([])
    expect((await ask('prompts/list', {}, none)).result.prompts).toEqual([])
    expect((await ask('resources/list', {}, none)).result.resources).toEqual([])
  })

  test('roles open prompts and resources one by one [RULE-12]', async () => {
    const who = await roles('prompt:test_simple_prompt', 'resource:test://static-text')
    const prompts = await ask('prompts/list', {}, who)
    expect(names(prompts.result.prompts ?? [])).toEqual([
      'a_test_simple_prompt',
      'b_test_simple_prompt',
    ])
    const resources = await ask('resources/list', {}, who)
    expect(resources.result.resources?.map(({ uri }) => uri)).toEqual([
      'a+test://static-text',
      'b+test://static-text',
    ])
  })

  test('the first request of a caller may be for a prompt or a resource [SESS-4]', async () => {
    const who = await identity.bearer('gateway', {
      sub: `first-${era}`,
      roles: ['prompt:test_simple_prompt', 'resource:test://static-text'],
    })
    expect(await ask('prompts/get', { name: 'b_test_simple_prompt' }, who)).toHaveProperty('result')
    expect(await ask('resources/read', { uri: 'a+test://static-text' }, who)).toMatchObject({
      result: { contents: [{ uri: 'a+test://static-text' }] },
    })
    expect(await ask('prompts/get', { name: 'b_nobody' }, who)).toMatchObject({
      error: { code: -32602, message: 'Unknown prompt: b_nobody' },
    })
  })
})
