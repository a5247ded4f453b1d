import { describe, expect, test } from 'vitest'
import { firstRoute, problems, snapshotOf, withPolicies } from './read.ts'

const rule = (expression: string): string =>
  withPolicies(`mcpAuthentication: {issuer: https://idp.example}
mcpAuthorization:
  rules:
  - ${expression}`)

const HTTP = (expression: string): string =>
  withPolicies(`mcpAuthentication: {issuer: https://idp.example}
authorization: {rules: ['${expression}']}`)

/** What is written, and what is said about it after its place. */
const rows: readonly (readonly [written: string, said: string])[] = [
  [
    rule(`'mcp.tool.nmae == "x"'`),
    'mcp.tool has no member nmae, at character 1 of mcp.tool.nmae == "x". Did you mean name?',
  ],
  [
    rule(`'has(mcp.tool.nmae)'`),
    'mcp.tool has no member nmae, at character 5 of has(mcp.tool.nmae). Did you mean name?',
  ],
  [
    rule(`'mcp.tol.name == "x"'`),
    'mcp has no member tol, at character 1 of mcp.tol.name == "x". Did you mean tool?',
  ],
  [
    rule(`'idenity.subject == ""'`),
    'there is no variable idenity here, at character 1 of idenity.subject == "". Did you mean identity?',
  ],
  [
    rule(`'identity.scope == ""'`),
    'identity has no member scope, at character 1 of identity.scope == "". Did you mean scopes?',
  ],
  [
    rule(`'mcp.tool.name == 1'`),
    'types do not fit together: string == int, at character 1 of mcp.tool.name == 1',
  ],
  [
    rule(`'1 in identity.scopes'`),
    'types do not fit together: int in list<string>, at character 1 of 1 in identity.scopes',
  ],
  [
    rule(`'hasRol("x")'`),
    'there is no function hasRol, at character 1 of hasRol("x"). Did you mean hasRole?',
  ],
  [
    rule(`'mcp.tool.name.startswith("x")'`),
    'there is no function startswith, at character 1 of mcp.tool.name.startswith("x"). Did you mean startsWith?',
  ],
  [rule(`'hasRole(1)'`), 'hasRole() does not take (int), at character 1 of hasRole(1)'],
  [
    rule(`'mcp.tool.name'`),
    'this gives a string, expected true or false, at character 1 of mcp.tool.name',
  ],
  [
    rule(`'mcp.tool.name =='`),
    'the expression ends too early, at character 17 of mcp.tool.name ==',
  ],
  [
    rule(`'mcp.tool == "x"'`),
    'mcp.tool is no value of its own, at character 1 of mcp.tool == "x". Use a member, such as mcp.tool.name',
  ],
  [
    rule(`'mcp.tool.name.matches(jwt.p)'`),
    'matches() takes a pattern in quotes, known beforehand, at character 1 of mcp.tool.name.matches(jwt.p)',
  ],
  [
    rule(`'mcp.tool.name.matches("(?=a)")'`),
    'the pattern "(?=a)" is no regular expression in RE2 syntax, at character 23 of mcp.tool.name.matches("(?=a)"). RE2 has no look-around and no back references, so that it always ends soon',
  ],
  [
    rule(`'jwt.a.exists(x, jwt.b.exists(y, jwt.c.exists(z, z == x)))'`),
    'more than 2 loops inside each other, at character 33 of jwt.a.exists(x, jwt.b.exists(y, jwt.c.exists(z, z == x)))',
  ],
  [
    rule(`{allow: 'true', deny: 'true'}`),
    'allow and deny exclude each other. Give one of allow, deny, require',
  ],
  [rule(`{permit: 'true'}`), 'unknown key permit. Known are allow, deny, require'],
  [rule(`''`), 'expected a CEL expression, got ""'],
  [
    rule(`'mcp.tool.name == "x" || mcp.prompt.name == "x"'`),
    'the rule names mcp.tool and mcp.prompt, of which only one is there at a time. Ask for each with has(mcp.tool), has(mcp.prompt) first, or write a rule for each',
  ],
  [
    HTTP('mcp.tool.name == "x"'),
    'there is no variable mcp here, at character 1 of mcp.tool.name == "x". Known are jwt, apiKey, identity, request, source, now',
  ],
  [
    withPolicies(
      'mcpAuthentication: {issuer: https://idp.example}\nmcpAuthorization: {requiredScopes: [{tools: [x], scopes: ["a b"]}]}',
    ),
    'expected a scope without spaces and quotes, got "a b"',
  ],
  [
    withPolicies(
      'mcpAuthentication: {issuer: https://idp.example}\nlocalRateLimit: [{maxTokens: 1, tokensPerFill: 1, fillInterval: 0s}]',
    ),
    'expected a duration above 0',
  ],
  [
    withPolicies(
      'mcpAuthentication: {issuer: https://idp.example}\nlocalRateLimit: [{maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, type: tokens}]',
    ),
    'expected one of requests, got "tokens"',
  ],
  [
    withPolicies(
      'mcpAuthentication: {issuer: https://idp.example}\nlocalRateLimit: [{maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, cost: mcp.tool.name}]',
    ),
    'this gives a string, expected a whole number, at character 1 of mcp.tool.name',
  ],
  [
    withPolicies(
      'mcpAuthentication: {issuer: https://idp.example}\nlocalRateLimit: [{maxTokens: 1, tokensPerFill: 1, fillInterval: 1s, when: mcp.tool.annotations.destructiveHint}]',
    ),
    'the limit reads mcp.tool.annotations, which are not looked at without mcpAuthorization. Add mcpAuthorization: {rules: []} to the route',
  ],
  [
    withPolicies('apiKey: {mode: strict, keys: [{keyHash: "sha256:abc"}]}'),
    'expected sha256: and 64 hex characters, got "sha256:abc". Make one with: printf %s "$KEY" | sha256sum',
  ],
  [
    withPolicies('apiKey: {mode: strict, keys: [{key: secret}]}'),
    'whoever reads the configuration has this key. Write keyHash: "sha256:…" (printf %s "$KEY" | sha256sum) or key: {file: path}',
  ],
  [
    withPolicies(`apiKey: {keys: [{keyHash: "sha256:${'0'.repeat(64)}"}]}`),
    'apiKey without mode lets requests without a key in. Write mode: strict, or mode: optional if that is what you want',
  ],
]

describe('problems of rules, limits and keys [RULE-9]', () => {
  test.each(rows.map(([written, said]) => ({ written, said })))('$said', ({ written, said }) => {
    const found = problems(written)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(
      /^(error|warning): c\.yaml:\d+:\d+ binds\[0\]\.listeners\[0\]\.routes\[0\]\.policies\./,
    )
    expect(found[0]?.replace(/^\w+: \S+ \S+: /, '')).toBe(said)
  })

  test('mcpAuthorization needs MCP', () => {
    const text = withPolicies(
      "mcpAuthentication: {issuer: https://idp.example}\nmcpAuthorization: {rules: ['true']}",
    )
    expect(problems(text.replace(/mcp: \{targets.*$/m, 'host: localhost:8080')).join()).toContain(
      'mcpAuthorization is about MCP, and the backend of this route is plain HTTP',
    )
  })

  test('scopes that nobody can have', () => {
    const text = withPolicies('mcpAuthorization: {requiredScopes: [{scopes: [x]}]}')
    expect(problems(text).join()).toContain('nobody can have these scopes')
  })
})

test('all levels add up, the outer ones first [RULE-10]', () => {
  const level = (name: string): string => `{rules: ['jwt.level == "${name}"']}`
  const route = firstRoute(
    snapshotOf(`
gateways:
  default:
    port: 3000
    address: 127.0.0.1
    mcpAuthorization: ${level('gateway')}
    policies: {mcpAuthorization: ${level('listener')}, authorization: {rules: [{deny: 'false'}]}}
backends:
- name: servers
  mcp: {targets: [{name: a, mcp: {host: "http://a.example/mcp"}, policies: {mcpAuthorization: ${level('target')}}}, {name: b, stdio: {cmd: b}, policies: {mcpAuthorization: {requiredScopes: [{scopes: [b]}]}}}]}
  policies: {mcpAuthorization: ${level('named backend')}, authorization: {rules: [{deny: 'true'}]}}
routes:
- policies:
    mcpAuthentication: {issuer: https://idp.example}
    authorization: {rules: [{require: 'true'}]}
    mcpAuthorization: {rules: ['jwt.level == "route"'], denied: explain}
  backends:
  - backend: servers
    policies: {mcpAuthorization: ${level('backend')}}
`),
  )
  const levels = route.mcpAuthorization?.rules.map(({ expression }) => expression.split('"')[1])
  expect(levels).toEqual(['gateway', 'listener', 'route', 'named backend', 'backend'])
  expect(route.mcpAuthorization?.targetRules.a).toHaveLength(1)
  expect(route.mcpAuthorization?.requiredScopes).toMatchObject([{ targets: ['b'], scopes: ['b'] }])
  expect(route.mcpAuthorization?.denied).toBe('explain')
  expect(route.authorization.map(({ effect, expression }) => `${effect} ${expression}`)).toEqual([
    'deny false',
    'require true',
    'deny true',
  ])
  expect(route.mcpAuthorization?.rules[0]).toMatchObject({
    path: 'gateways.default.mcpAuthorization.rules[0]',
    origin: { line: 6 },
  })
})

test.each([
  ['', 'request'],
  [', key: identity.subject', 'request'],
  [', key: source.address', 'address'],
  [`, key: source.address, when: 'identity.anonymous'`, 'request'],
  [', key: mcp.tool.name', 'call'],
  [`, when: 'request.method == "POST"'`, 'request'],
])('a limit with%s is asked for at stage %s', (more, stage) => {
  const text = withPolicies(
    `localRateLimit: [{maxTokens: 1, tokensPerFill: 1, fillInterval: 1s${more}}]`,
  )
  expect(firstRoute(snapshotOf(text)).rateLimits[0]?.stage).toBe(stage)
})
