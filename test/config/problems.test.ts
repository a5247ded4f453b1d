import { describe, expect, test } from 'vitest'
import { formatDiagnostic } from '../../src/config/diagnostic.ts'
import { load } from '../../src/config/load.ts'
import { allProblems } from '../../src/config/problems.ts'
import { profiles } from '../../src/providers/index.ts'

const context = {
  profiles,
  read: (path: string): string => {
    throw new Error(`no file may be read, got ${path}`)
  },
}

function problems(text: string): readonly string[] {
  return allProblems(load(text, 'c.yaml', { environment: {} }), context).map(formatDiagnostic)
}

describe('problems of all stages are told at once [CFG-3]', () => {
  test('rules, providers and limits are looked at although other parts have problems', () => {
    expect(
      problems(`mcp:
  targets:
  - name: a
    mcp: {host: http://localhost:8000/mcp, prt: 1}
  - name: b
    mcp: {host: http://localhost:8000/mcp}
  policies:
    mcpAuthentication:
      issuer: https://idp.example
      mode: stric
      provider: keyclok
    mcpAuthorization: {rules: ['mcp.tool.nmae == "x"', 3, 'jwt.sub == 1 &&']}
    timeout: {requestTimeout: 10}
`),
    ).toEqual([
      'error: c.yaml:4:44 mcp.targets[0].mcp.prt: unknown key prt. Did you mean port?',
      'error: c.yaml:10:13 mcp.policies.mcpAuthentication.mode: expected one of strict, optional, permissive, got "stric". Did you mean strict?',
      expect.stringMatching(
        /^error: c\.yaml:11:17 .*provider: the provider keyclok is not.*Did you mean keycloak/,
      ),
      'error: c.yaml:12:32 mcp.policies.mcpAuthorization.rules[0]: mcp.tool has no member nmae, at character 1 of mcp.tool.nmae == "x". Did you mean name?',
      expect.stringContaining(
        '12:56 mcp.policies.mcpAuthorization.rules[1]: a rule is a CEL expression',
      ),
      expect.stringContaining('12:59 mcp.policies.mcpAuthorization.rules[2]: the expression ends'),
      expect.stringContaining('13:31 mcp.policies.timeout.requestTimeout: expected a duration'),
    ])
  })

  test('what only follows from another problem is not told', () => {
    const auth0 = (client: string): readonly string[] =>
      problems(`mcp:
  targets: [{name: a, mcp: {host: 'http://localhost:8000/mcp'}}]
  policies:
    mcpAuthentication: {issuer: 'https://idp.example', provider: {auth0: {}}, ${client}}
`)
    expect(auth0('clientID: x')).toEqual([
      expect.stringContaining('unknown key clientID. Did you mean clientId?'),
    ])
    expect(problems('mcp: 1')).toHaveLength(1)
    expect(problems('- 1')).toHaveLength(1)
  })
})

test.each([
  ['a brace that is not closed', 'a: {b: 1\nc: 2\n', 'Is a { or [ above not closed'],
  ['a list beside a mapping', '- a\nb: 1\n', ''],
  [
    'a value with a colon',
    'a: b: c\n',
    'Put a value that has a colon and a blank in it into quotes',
  ],
  ['no blank after a colon', 'a:b\nc: d\n', 'Is there a colon, and a blank after it?'],
  ['an at sign', 'a: @b\n', 'Put the value into quotes'],
])('a text that is no YAML has one problem: %s', (_, text, hint) => {
  const found = problems(text)
  expect(found).toHaveLength(1)
  expect(found[0]).toContain(hint)
})
