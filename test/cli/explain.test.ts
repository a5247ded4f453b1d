import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { createFolder, type Folder } from './program.ts'

let folder: Folder
let file: string

const CONFIGURATION = `mcp:
  address: 127.0.0.1
  policies:
    mcpAuthentication: {issuer: https://idp.example, mode: optional}
    mcpAuthorization:
      rules:
      - deny: mcp.tool.name.startsWith("delete_")
      - mcp.tool.name == "greet"
      - mcp.tool.name == "write" && "files:write" in identity.scopes && mcp.tool.arguments.n < 3
      - require: jwt.level > 1
      requiredScopes:
      - {tools: [greet], scopes: [hello]}
  targets:
  - {name: crm, mcp: {host: "http://127.0.0.1:1/mcp"}}
  - {name: files, mcp: {host: "http://127.0.0.1:2/mcp"}}
`

beforeAll(() => {
  folder = createFolder()
  file = folder.file('rules.yaml', CONFIGURATION)
})
afterAll(() => folder.remove())

/** Runs a command in this process. */
async function run(argv: readonly string[]) {
  const stdout: string[] = []
  const stderr: string[] = []
  const code = await main(argv, {
    environment: {},
    print: text => stdout.push(`${text}\n`),
    complain: text => stderr.push(`${text}\n`),
  })
  return { code, stdout: stdout.join(''), stderr: stderr.join('') }
}

const explain = (...more: string[]) => run(['explain', '-f', file, ...more])
const CLAIMS = '{"sub":"ada","level":2,"scope":"hello"}'

describe('explain [CLI-13]', () => {
  test('allowed: the rule that decided, and what each says; exit code 0', async () => {
    const { code, stdout } = await explain('--claims', CLAIMS, '--tool', 'crm_greet')
    expect(stdout.replaceAll(file, 'FILE').split('\n')).toEqual([
      'ada, tool greet of crm: allowed by allow FILE:8:9',
      '  deny     false  FILE:7:15   mcp.tool.name.startsWith("delete_")',
      '  require  true   FILE:10:18  jwt.level > 1',
      '  allow    true   FILE:8:9    mcp.tool.name == "greet"',
      expect.stringMatching(/^ {2}allow {4}false {2}FILE:9:9 /) as string,
      '  required scopes: hello',
      '',
    ])
    expect(code).toBe(0)
  })

  test.each([
    ['a deny rule', ['--claims', CLAIMS, '--tool', 'crm_delete_all'], 'denied by deny'],
    [
      'a require rule that is not true',
      ['--claims', '{"level":1}', '--tool', 'crm_greet'],
      'denied by require',
    ],
    ['an error', ['--tool', 'crm_greet'], 'nobody, tool greet of crm: denied by require'],
    [
      'no allow rule',
      ['--claims', CLAIMS, '--tool', 'crm_other'],
      'denied by the lack of an allow rule',
    ],
    ['scopes', ['--claims', '{"level":2}', '--tool', 'crm_greet'], 'needs the scopes hello'],
    [
      'scopes of rules',
      ['--claims', CLAIMS, '--tool', 'write', '--target', 'files', '--arguments', '{"n":1}'],
      'needs the scopes files:write',
    ],
    [
      'arguments',
      ['--claims', CLAIMS, '--tool', 'write', '--target', 'files', '--arguments', '{"n":9}'],
      'denied by the lack',
    ],
  ])('denied by %s: exit code 3', async (_why, options, said) => {
    const { code, stdout } = await explain(...options)
    expect(stdout).toContain(said)
    expect(code).toBe(3)
  })

  test('annotations and the address are what is given', async () => {
    const text = CONFIGURATION.replace(
      'mcp.tool.name == "greet"',
      'mcp.tool.annotations.readOnlyHint && source.address == "192.0.2.1"',
    )
    const other = folder.file('annotations.yaml', text)
    const ask = (...more: string[]) =>
      run(['explain', '-f', other, '--claims', CLAIMS, '--tool', 'crm_look', ...more])
    const hints = ['--annotations', '{"readOnlyHint":true}']
    expect((await ask(...hints, '--address', '192.0.2.1')).code).toBe(0)
    expect((await ask(...hints)).stdout).toContain('denied by the lack of an allow rule')
    const { code, stdout } = await ask('--address', '192.0.2.1')
    expect(stdout).toMatch(/allow +error +\S+ +mcp\.tool\.annotations/)
    expect(code).toBe(3)
  })

  test('who has no token is refused where the route wants one, whatever the rules say', async () => {
    const strict = folder.file('strict.yaml', CONFIGURATION.replace(', mode: optional', ''))
    const { code, stdout } = await run(['explain', '-f', strict, '--tool', 'crm_greet'])
    expect(stdout).toContain('nobody, tool greet of crm: refused with 401')
    expect(code).toBe(3)
  })

  test('a token is read, not verified', async () => {
    const payload = Buffer.from(CLAIMS).toString('base64url')
    const token = folder.file('token', `e30.${payload}.x\n`)
    const { code, stdout } = await explain('--token', token, '--tool', 'crm_greet')
    expect(stdout).toContain('ada, tool greet of crm: allowed')
    expect(code).toBe(0)
  })

  test.each([
    ['no tool', ['--claims', '{}'], 'one of --tool, --prompt and --resource'],
    ['a name without its target', ['--tool', 'greet'], '--target is needed'],
    [
      'a name that begins with no target',
      ['--tool', 'write_file'],
      'no target of this route is called write; there are crm, files',
    ],
    [
      'a target that is not there',
      ['--tool', 'greet', '--target', 'cmr'],
      'no target of this route is called cmr',
    ],
    ['no JSON', ['--claims', 'ada', '--tool', 'crm_greet'], '--claims: expected a JSON object'],
    ['no JWT', ['--token', '/nowhere', '--tool', 'crm_greet'], 'cannot be read'],
  ])('%s: exit code 2', async (_what, options, said) => {
    const { code, stderr } = await explain(...options)
    expect(stderr).toContain(said)
    expect(code).toBe(2)
  })
})

test('validate shows what each rule applies to [CLI-14]', async () => {
  const text = CONFIGURATION.replace(
    '      requiredScopes',
    `      - deny: mcp.prompt.name == "x"\n      - deny: 'has(mcp.tool) && has(mcp.resource)'\n      requiredScopes`,
  )
  const { code, stdout } = await run(['validate', '-f', folder.file('shown.yaml', text)])
  expect(code).toBe(0)
  const lines = stdout.split('\n')
  expect(lines.find(line => line.includes('"greet"'))).toMatch(
    /mcp\/default .*shown\.yaml:8:9 +allow +tools +/,
  )
  expect(lines.find(line => line.includes('jwt.level'))).toContain('everything')
  expect(lines.find(line => line.includes('"x"'))).toContain('prompts')
  expect(lines.find(line => line.includes('has('))).toContain('tools, resources')
})
