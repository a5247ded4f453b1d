import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { built } from '../dev/program.ts'
import { createFolder, type Folder, type Program, run, start } from './program.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

const running: Program[] = []
afterEach(async () => {
  for (const program of running.splice(0)) {
    program.process.kill('SIGKILL')
    await program.ended
  }
})

function serve(args: readonly string[], input?: string): Program {
  const program = start(args, input === undefined ? { folder } : { folder, input })
  running.push(program)
  return program
}

const SAMPLE = [process.execPath, built('dev/sample-server.js')]
const CONFIGURATION = `config: {adminAddr: 'off'}
binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
    - matches: [{path: {exact: /mcp}}]
      backends:
      - mcp:
          targets:
          - name: sample
            stdio: {cmd: ${JSON.stringify(SAMPLE[0])}, args: [${JSON.stringify(SAMPLE[1])}]}
`

function call(url: string, method: string, params?: object) {
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
}

test.each([
  ['a file', (): Program => serve(['-f', folder.file('served.yaml', CONFIGURATION)])],
  ['standard input', (): Program => serve(['-f', '-'], CONFIGURATION)],
])('%s is served until SIGTERM [CLI-1] [CLI-8]', async (_what, begin) => {
  const program = begin()
  const [, url] = await program.printed(/^(http:\S+\/mcp)$/m)
  const response = await call(url!, 'tools/list')
  expect(await response.text()).toContain('"echo"')
  program.process.kill('SIGTERM')
  expect(await program.ended).toMatchObject({ code: 0, signal: null })
})

test('one server without a file: the command line stands for a YAML [CLI-3] [CLI-4]', async () => {
  const args = ['--issuer', 'http://127.0.0.1:9/realm', '--port', '0', '--scope', 'mcp:tools']
  const printed = await run([...args, '--print-config', '--', ...SAMPLE], { folder })
  expect(printed.code).toBe(0)
  expect(parse(printed.stdout)).toBeTypeOf('object')

  const challenges = await Promise.all(
    [serve([...args, '--', ...SAMPLE]), serve(['-f', '-'], printed.stdout)].map(async program => {
      const [, url] = await program.printed(/^(http:\S+\/mcp)$/m)
      const { status, headers } = await call(url!, 'tools/list')
      const challenge = headers.get('www-authenticate')
      return { status, challenge: challenge?.replaceAll(new URL(url!).origin, 'ORIGIN') }
    }),
  )
  expect(challenges[0]).toEqual({
    status: 401,
    challenge: expect.stringContaining('resource_metadata="ORIGIN/.well-known/'),
  })
  expect(challenges[0]?.challenge).toContain('scope="mcp:tools"')
  expect(challenges[1]).toEqual(challenges[0])
})

test('a second signal ends at once [CLI-9]', async () => {
  const program = serve(['-f', '-'], CONFIGURATION)
  const [, url] = await program.printed(/^(http:\S+\/mcp)$/m)
  const slow = call(url!, 'tools/call', { name: 'slow', arguments: { stepMs: 60_000 } })
  const failed = slow.then(
    response => response.text(),
    (error: unknown) => error,
  )
  await waitForChild(url!)
  // Two signals that come together are one: terminal and npx.
  const impatience = setInterval(() => program.process.kill('SIGINT'), 100)
  const { code } = await program.ended
  clearInterval(impatience)
  expect(code).toBe(130)
  await failed
})

/** Returns when the server works on the slow call: it answers another call that was sent later. */
async function waitForChild(url: string): Promise<void> {
  await (await call(url, 'tools/list')).text()
}
