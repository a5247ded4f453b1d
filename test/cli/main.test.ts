import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { VERSION } from '../../src/config/version.ts'

async function call(...argv: readonly string[]) {
  const printed: string[] = []
  const complaints: string[] = []
  const code = await main(argv, {
    environment: {},
    print: text => void printed.push(text),
    complain: text => void complaints.push(text),
  })
  return { code, stdout: printed.join('\n'), stderr: complaints.join('\n') }
}

test.each([['--version'], ['-v'], ['validate', '--version']])(
  '%j is the version',
  async (...argv) => {
    expect(await call(...argv)).toEqual({ code: 0, stdout: VERSION, stderr: '' })
  },
)

test.each([['--help'], ['-h'], ['help'], ['--help', '--', 'node']])(
  '%j names every command and has examples',
  async (...argv) => {
    const { code, stdout } = await call(...argv)
    expect(code).toBe(0)
    for (const word of ['validate', 'schema', 'demo', '--issuer', '--print-config', 'Examples:']) {
      expect(stdout).toContain(word)
    }
  },
)

test.each([
  ['validate', '-h'],
  ['help', 'validate'],
])('%j is about one command', async (...argv) => {
  const { code, stdout } = await call(...argv)
  expect(code).toBe(0)
  expect(stdout).toContain('portcullis validate [-f FILE] [--json]')
  expect(stdout).not.toContain('--issuer')
})

test('--print-config prints YAML and starts nothing [CLI-4]', async () => {
  const { code, stdout } = await call(
    '--issuer',
    'https://idp.example',
    '--print-config',
    '--',
    'x',
    '--help',
  )
  expect(code).toBe(0)
  expect(stdout).toContain('issuer: ')
  expect(stdout).toContain('--help')
})

describe('a command line that cannot be understood: a sentence, exit code 2', () => {
  const ISSUER = ['--issuer', 'https://idp.example']
  test.each([
    [['validat'], 'There is no command "validat". Did you mean validate?'],
    [['validate', '--jsn'], 'There is no option --jsn. Did you mean --json?'],
    [['--to', 'http://localhost:8000/mcp'], '--to needs --issuer URL'],
    [['--', 'node'], 'A command behind "--" needs --issuer URL'],
    [ISSUER, 'Say which MCP server to protect'],
    [
      [...ISSUER, '--to', 'http://localhost:8000/mcp', '--', 'x'],
      'Say which MCP server to protect',
    ],
    [[...ISSUER, '--'], 'Say which MCP server to protect'],
    [[...ISSUER, '-f', 'a.yaml', '--', 'x'], 'not both'],
    [[...ISSUER, '--port', 'x', '--', 'x'], '--port must be a number'],
    [['demo', '--port', '99999'], '--port must be a number'],
  ])('%j', async (argv, sentence) => {
    const { code, stdout, stderr } = await call(...argv)
    expect(stderr).toContain(sentence)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})
