import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { connectV2, MODERN } from '../support/mcp-clients.ts'
import { startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

async function connect(mode: typeof MODERN | 'auto') {
  const client = await connectV2(world.gateway.url, mode)
  onTestFinished(() => client.close())
  client.setRequestHandler('elicitation/create', () => ({
    action: 'accept',
    content: { name: 'Ada', value: 'Ada' },
  }))
  client.setRequestHandler('sampling/createMessage', () => ({
    model: 'm',
    role: 'assistant',
    content: { type: 'text', text: 'a thought' },
  }))
  return client
}

/** Of the five servers two speak 2026-07-28: the fixture and the one in Python. */
describe.each([
  ['2026-07-28', MODERN],
  ['whatever is the newest', 'auto' as const],
])('a client of SDK v2 that speaks %s', (_name, mode) => {
  test('meets the servers that speak it, and the log names the others [REAL-3]', async () => {
    const client = await connect(mode)
    expect(client.getInstructions()).toContain('# python\n\nHow to use python.')
    const { tools } = await client.listTools()
    const targets = new Set(tools.map(({ name }) => name.slice(0, name.indexOf('_'))))
    expect(targets).toEqual(new Set(['fixture', 'python']))
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['python_add', 'python_slow', 'python_ask', 'python_think']),
    )
    const unseen = world.gateway.log.filter(line => line.includes('do not see a target'))
    for (const target of ['web', 'child', 'files'])
      expect(unseen.filter(line => line.includes(`target ${target} `))).toHaveLength(1)
    await expect(
      client.callTool({ name: 'web_echo', arguments: { message: 'x' } }),
    ).rejects.toThrow(/target web speaks only revisions up to 2025-11-25/)
  })

  test('calls, reads, is asked and answers, with progress and cancellation [REAL-3]', async () => {
    const client = await connect(mode)
    const call = async (name: string, args = {}, options = {}): Promise<unknown> => {
      const { content } = await client.callTool(
        { name: `python_${name}`, arguments: args },
        options,
      )
      return content
    }
    expect(await call('add', { a: 2, b: 3 })).toMatchObject([{ text: '5' }])
    expect(await client.readResource({ uri: 'python+memo://today' })).toMatchObject({
      contents: [{ uri: 'python+memo://today', text: 'A memo of python.' }],
    })
    expect(
      await client.getPrompt({ name: 'python_summary', arguments: { text: 'x' } }),
    ).toMatchObject({ messages: [{ content: { text: 'Sum this up: x' } }] })
    expect(await call('greet')).toMatchObject([{ text: 'a thought, Ada!' }])
    expect(
      await client.callTool({ name: 'fixture_test_input_required_result_elicitation' }),
    ).toMatchObject({ content: [{ text: 'Hello, Ada!' }] })
    let steps = 0
    await call('slow', { steps: 3, seconds: 0.1 }, { onprogress: () => void steps++ })
    expect(steps).toBe(3)
    const abort = new AbortController()
    await expect(
      call(
        'slow',
        { steps: 6_000, seconds: 0.1 },
        { onprogress: () => abort.abort(), signal: abort.signal },
      ),
    ).rejects.toThrow()
    expect(await call('add', { a: 1, b: 1 })).toMatchObject([{ text: '2' }])
  })
})
