import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { connectSession, type SessionClient } from './session-client.ts'
import { startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.close())

/** Servers that the client meets, by the names of their tools. */
const targetsOf = (names: readonly string[]): string[] => [
  ...new Set(names.map(name => name.slice(0, name.indexOf('_')))),
]

describe.each(['v1', 'v2'] as const)('a client of SDK %s with a session', sdk => {
  let client: SessionClient
  beforeEach(async () => {
    client = await connectSession(world.gateway.url, sdk, world.folder)
    onTestFinished(() => client.close())
  })

  test('meets all five servers, page by page [REAL-1]', async () => {
    expect(client.instructions).toContain('# python\n\nHow to use python.')
    expect(client.instructions).toContain('# web\n\n')
    const first = await client.tools()
    expect(targetsOf(first.names)).toEqual(['web', 'child', 'files', 'fixture', 'python'])
    const pages = [first]
    for (let { nextCursor } = first; nextCursor !== undefined; ) {
      const page = await client.tools(nextCursor)
      pages.push(page)
      nextCursor = page.nextCursor
    }
    // The Python server has two tools on a page, the others have all on one; SDK v2 asks for all by itself.
    expect(pages.length).toBe(sdk === 'v1' ? 3 : 1)
    expect(pages.flatMap(({ names }) => names).slice(-5)).toEqual(
      ['add', 'slow', 'ask', 'think', 'greet'].map(name => `python_${name}`),
    )
    expect(await client.prompts()).toContain('python_summary')
    expect(await client.resources()).toContain('python+memo://today')
    expect(await client.templates()).toEqual(
      expect.arrayContaining([
        'web+demo://resource/dynamic/text/{resourceId}',
        'child+demo://resource/dynamic/text/{resourceId}',
        'python+greeting://{name}',
      ]),
    )
  })

  test('calls tools, reads resources and gets prompts of each [REAL-1]', async () => {
    expect(await client.call('web_get-sum', { a: 2, b: 3 })).toContain('5')
    expect(await client.call('child_echo', { message: 'hi' })).toContain('hi')
    expect(await client.call('python_add', { a: 2, b: 3 })).toBe('5')
    const path = `${world.folder}/hello.txt`
    expect(await client.call('files_read_text_file', { path })).toBe('Hello from a file!')
    expect(await client.read('python+memo://today')).toBe('A memo of python.')
    expect(await client.read('python+greeting://Ada')).toBe('Hello, Ada!')
    expect(await client.read('child+demo://resource/dynamic/text/7')).toContain('Resource 7')
    expect(await client.prompt('python_summary', { text: 'x' })).toBe('Sum this up: x')
    expect(await client.prompt('web_args-prompt', { city: 'Bern' })).toContain('Bern')
    expect(
      await client.complete('web+demo://resource/dynamic/text/{resourceId}', {
        name: 'resourceId',
        value: '7',
      }),
    ).toEqual(['7'])
  })

  test.each([
    ['web_trigger-elicitation-request', {}, 'elicitation/create', 'Ada'],
    ['child_trigger-elicitation-request', {}, 'elicitation/create', 'Ada'],
    ['python_ask', {}, 'elicitation/create', 'Hello, Ada!'],
    ['web_trigger-sampling-request', { prompt: 'a topic' }, 'sampling/createMessage', 'a topic'],
    ['child_trigger-sampling-request', { prompt: 'a topic' }, 'sampling/createMessage', 'a topic'],
    ['python_think', { topic: 'a topic' }, 'sampling/createMessage', 're: a topic'],
  ])('is asked by %s and answers [REAL-2]', async (tool, args, method, answer) => {
    expect(await client.call(tool, args)).toContain(answer)
    expect(client.asked.filter(one => one === method)).toEqual([method])
  })

  test.each(['web', 'child'])(
    'is asked by %s to open a page, and for its roots [REAL-2]',
    async target => {
      const page = { url: 'https://example.com/', message: 'Open it' }
      expect(await client.call(`${target}_trigger-url-elicitation`, page)).toContain('completed')
      expect(client.asked).toContain('elicitation/create')
      await expect
        .poll(() => client.call(`${target}_get-roots-list`), { timeout: 10_000 })
        .toContain(world.folder)
    },
  )

  test.each([
    ['web_trigger-long-running-operation', { duration: 0.3, steps: 3 }],
    ['child_trigger-long-running-operation', { duration: 0.3, steps: 3 }],
    ['python_slow', { seconds: 0.1, steps: 3 }],
  ])('%s reports progress, and can be cancelled [REAL-2]', async (tool, args) => {
    let steps = 0
    await client.call(tool, args, { onprogress: () => void steps++ })
    expect(steps).toBe(3)
    const abort = new AbortController()
    const endless = { ...args, ...('duration' in args ? { duration: 600 } : {}), steps: 6_000 }
    await expect(
      client.call(tool, endless, { onprogress: () => abort.abort(), signal: abort.signal }),
    ).rejects.toThrow()
    expect(await client.call('python_add', { a: 1, b: 1 })).toBe('2')
  })

  test.each(['web', 'child'])(
    'hears of resources of %s that it subscribed to, and of no others [REAL-2]',
    async target => {
      const uri = `${target}+demo://resource/dynamic/text/1`
      await client.subscribe(uri)
      await client.call(`${target}_toggle-subscriber-updates`)
      await expect.poll(() => client.updated, { timeout: 20_000 }).toContain(uri)
      expect(new Set(client.updated)).toEqual(new Set([uri]))
      await client.call(`${target}_toggle-subscriber-updates`)
    },
  )
})
