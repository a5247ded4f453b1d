import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { VERSION } from '../../src/config/version.ts'
import { createFolder, type Folder, run } from './program.ts'

let folder: Folder
beforeAll(() => {
  folder = createFolder()
})
afterAll(() => folder.remove())

const GOOD = `binds:
- port: 0
  listeners:
  - routes:
    - backends:
      - mcp:
          targets:
          - name: a
            stdio: {cmd: ${JSON.stringify(process.execPath)}}
`
const BAD = GOOD.replace('listeners:', 'listner:').replace('stdio:', 'studio:')

test('the program starts and ends with the exit code of its command', async () => {
  expect(await run(['--version'], { folder })).toMatchObject({ code: 0, stdout: `${VERSION}\n` })
  expect(await run(['--verbose'], { folder })).toMatchObject({ code: 2, stdout: '' })
})

test('schema prints the JSON Schema of the file [CLI-6]', async () => {
  const { code, stdout } = await run(['schema'], { folder })
  expect(code).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({
    $schema: expect.stringContaining('json-schema.org'),
    properties: { binds: expect.any(Object), mcp: expect.any(Object) },
  })
})

describe('validate', () => {
  test('a good file: exit code 0 [CLI-5]', async () => {
    const file = folder.file('good.yaml', GOOD)
    const { code, stdout } = await run(['validate', '-f', file], { folder })
    expect(stdout).toContain('is valid')
    expect(code).toBe(0)
  })

  test('a bad file: every problem with its place, exit code 1 [CLI-5]', async () => {
    const file = folder.file('bad.yaml', BAD)
    const { code, stdout, stderr } = await run(['validate', '-f', file], { folder })
    expect(stderr).toMatch(/bad\.yaml:3:\d+ .*listner/)
    expect(stderr).toContain('listeners')
    expect(stdout).toMatch(/\d errors?/)
    expect(code).toBe(1)
  })

  test('for programs [CLI-5]', async () => {
    const { code, stdout } = await run(['validate', '--json', '-f', '-'], { folder, input: BAD })
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      diagnostics: expect.arrayContaining([
        expect.objectContaining({
          severity: 'error',
          origin: { source: '<stdin>', line: 3, column: 3 },
          path: 'binds[0].listner',
        }),
      ]),
    })
    expect(code).toBe(1)
  })
})

describe('what cannot be started: one sentence, exit code 1 [CLI-10]', () => {
  const sentence = async (args: readonly string[], input = '') => {
    const { code, stderr } = await run(args, { folder, input })
    expect(code).toBe(1)
    expect(stderr.trimEnd().split('\n')).toHaveLength(1)
    return stderr
  }

  test('no file named and none there [CLI-2]', async () => {
    expect(await sentence([])).toMatch(/portcullis\.yaml.*portcullis demo.*--help/)
  })

  test('a file that is not there', async () => {
    expect(await sentence(['-f', 'nowhere.yaml'])).toContain('nowhere.yaml')
  })

  test('a command that does not exist', async () => {
    const input = GOOD.replace(JSON.stringify(process.execPath), 'no-such-command')
    expect(await sentence(['-f', '-'], input)).toContain('"no-such-command"')
  })

  test('a port in use', async () => {
    const other = createServer()
    await new Promise<void>(resolve => other.listen(0, resolve))
    const { port } = other.address() as { port: number }
    expect(await sentence(['-f', '-'], GOOD.replace('port: 0', `port: ${port}`))).toContain(
      String(port),
    )
    await new Promise(resolve => other.close(resolve))
  })
})
