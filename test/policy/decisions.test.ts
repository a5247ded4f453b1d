import { describe, expect, test } from 'vitest'
import { authorizerFor, IDENTITIES, REQUEST, reason, short, use } from './authorizers.ts'
import { REASONS } from './reasons.ts'

/**
 * Rules × identities × calls. Of each call: what comes of it (`yes`, `no`, or the scopes that are
 * asked for) for nobody, reader, writer and admin, in this order.
 */
type Table = {
  readonly name: string
  readonly rules: readonly string[]
  readonly more?: string
  readonly calls: Readonly<Record<string, readonly [string, string, string, string]>>
}

const all = <T extends string>(outcome: T): readonly [T, T, T, T] => [
  outcome,
  outcome,
  outcome,
  outcome,
]
const YES = all('yes')
const NO = all('no')

const tables: readonly Table[] = [
  {
    name: 'no rules allow everything',
    rules: [],
    calls: {
      'tool crm/greet': YES,
      'prompt crm/hello': YES,
      'resource files/file:///a': YES,
      'task crm/t1': YES,
    },
  },
  {
    name: 'a string is an allow rule, and an allow rule closes its kind alone',
    rules: [`'mcp.tool.name == "greet"'`],
    calls: {
      'tool crm/greet': YES,
      'tool files/greet': YES,
      'tool crm/other': NO,
      'tool crm/GREET': NO,
      'prompt crm/hello': YES,
      'resource files/file:///a': YES,
      'task crm/t1': YES,
    },
  },
  {
    name: 'an allow rule that names no kind closes all',
    rules: [`allow: '"users" in jwt.groups'`],
    calls: {
      'tool crm/greet': ['no', 'yes', 'yes', 'no'],
      'prompt crm/hello': ['no', 'yes', 'yes', 'no'],
      'resource files/file:///a': ['no', 'yes', 'yes', 'no'],
      'task crm/t1': ['no', 'yes', 'yes', 'no'],
    },
  },
  {
    name: 'several allow rules are alternatives',
    rules: [`'mcp.tool.name == "greet"'`, `'jwt.sub == "wim"'`, `'mcp.prompt.target == "crm"'`],
    calls: {
      'tool crm/greet': YES,
      'tool crm/other': ['no', 'no', 'yes', 'no'],
      'prompt crm/hello': YES,
      'prompt files/hello': ['no', 'no', 'yes', 'no'],
      'resource files/file:///a': ['no', 'no', 'yes', 'no'],
    },
  },
  {
    name: 'deny comes before allow, wherever it stands',
    rules: [`allow: 'true'`, `deny: 'mcp.tool.name.startsWith("delete_")'`],
    calls: { 'tool crm/greet': YES, 'tool files/delete_file': NO, 'prompt files/delete_file': YES },
  },
  {
    name: 'without an allow rule, what is not denied is allowed',
    rules: [`deny: 'mcp.tool.name.startsWith("delete_") && identity.subject != "ada"'`],
    calls: {
      'tool crm/greet': YES,
      'tool files/delete_file': ['no', 'no', 'no', 'yes'],
      'prompt crm/hello': YES,
    },
  },
  {
    name: 'require has to be true, and does not allow by itself',
    rules: [`require: '!identity.anonymous'`, `'mcp.tool.name == "greet"'`],
    calls: {
      'tool crm/greet': ['no', 'yes', 'yes', 'yes'],
      'tool crm/other': NO,
      'prompt crm/hello': ['no', 'yes', 'yes', 'yes'],
    },
  },
  {
    name: 'deny comes before require, require before allow',
    rules: [`'true'`, `require: 'identity.subject != "rita"'`, `deny: 'identity.subject == "wim"'`],
    calls: {
      'tool crm/greet': ['yes', 'no', 'no', 'yes'],
      'task crm/t1': ['yes', 'no', 'no', 'yes'],
    },
  },
  {
    name: 'an error of a deny rule denies',
    rules: [`deny: 'jwt.level < 2'`],
    calls: {
      'tool crm/greet': ['no', 'no', 'no', 'yes'],
      'resource files/file:///a': ['no', 'no', 'no', 'yes'],
    },
  },
  {
    name: 'an error of a require rule denies',
    rules: [`require: 'jwt.level >= 2'`],
    calls: { 'tool crm/greet': ['no', 'no', 'no', 'yes'] },
  },
  {
    name: 'an error of an allow rule does not allow',
    rules: [`'jwt.level >= 2'`, `'jwt.sub == "rita"'`],
    calls: { 'tool crm/greet': ['no', 'yes', 'no', 'yes'] },
  },
  {
    name: 'a value that is neither true nor false is an error',
    rules: [`deny: 'jwt.sub'`],
    calls: { 'tool crm/greet': NO },
  },
  {
    name: 'what an error stands beside may still decide',
    rules: [`deny: 'jwt.level < 2 && mcp.tool.name == "delete_file"'`],
    calls: { 'tool crm/greet': YES, 'tool files/delete_file': ['no', 'no', 'no', 'yes'] },
  },
  {
    name: 'whole numbers of claims are ints',
    rules: [`'jwt.level == 3 && jwt.level + 1 == 4 && jwt.level < 3.5'`],
    calls: { 'tool crm/greet': ['no', 'no', 'no', 'yes'] },
  },
  {
    name: 'roles of the realm, and of the client that a target is',
    rules: [
      `'hasRole("admin")'`,
      `'hasRole("tool:greet", mcp.tool.target) && mcp.tool.name == "greet"'`,
    ],
    calls: {
      'tool crm/greet': ['no', 'no', 'no', 'yes'],
      'tool files/x': ['no', 'no', 'no', 'yes'],
      'prompt crm/hello': ['no', 'no', 'no', 'yes'],
    },
  },
  {
    name: 'the role of one client is none of another',
    rules: [`'hasRole("tool:greet", mcp.tool.target)'`],
    calls: { 'tool crm/greet': ['no', 'no', 'no', 'yes'], 'tool files/greet': NO },
  },
  {
    name: 'the role of a client is none without its name',
    rules: [`'hasRole("tool:greet") || hasRole("crm:tool:greet")'`],
    calls: { 'tool crm/greet': NO },
  },
  {
    name: 'groups count as roles where the profile says so',
    rules: [`'identity.roles.exists(r, r == "admin")'`],
    calls: { 'tool crm/greet': ['no', 'no', 'no', 'yes'] },
  },
  {
    name: 'targets and methods',
    rules: [`deny: 'mcp.tool.target == "files"'`, `deny: 'mcp.method == "prompts/get"'`],
    calls: {
      'tool crm/greet': YES,
      'tool files/greet': NO,
      'prompt crm/hello': NO,
      'resource files/u': YES,
    },
  },
  {
    name: 'several kinds in one rule need has()',
    rules: [
      `deny: 'has(mcp.tool) && mcp.tool.name == "x" || has(mcp.prompt) && mcp.prompt.name == "x"'`,
    ],
    calls: {
      'tool crm/x': NO,
      'prompt crm/x': NO,
      'tool crm/y': YES,
      'prompt crm/y': YES,
      'resource crm/x': YES,
    },
  },
  {
    name: 'several kinds in one rule without has() deny on the error',
    rules: [`deny: 'mcp.tool.name == "x" || mcp.prompt.name == "x"'`],
    calls: { 'tool crm/x': NO, 'tool crm/y': NO, 'prompt crm/y': NO, 'task crm/x': YES },
  },
  {
    name: 'the form that agentgateway needs means the same',
    rules: [`'!has(mcp.tool) || mcp.tool.name == "greet"'`],
    calls: {
      'tool crm/greet': YES,
      'tool crm/other': NO,
      'prompt crm/hello': YES,
      'resource files/u': YES,
    },
  },
  {
    name: 'resources by URI',
    rules: [`'mcp.resource.name.startsWith("file:///pub/")'`],
    calls: {
      'resource files/file:///pub/a': YES,
      'resource files/file:///etc': NO,
      'tool crm/greet': YES,
    },
  },
  {
    name: 'annotations, with the defaults of the specification',
    rules: [`deny: 'mcp.tool.annotations.destructiveHint && !mcp.tool.annotations.readOnlyHint'`],
    calls: { 'tool crm/greet': YES, 'tool files/write_file': YES, 'tool files/delete_file': NO },
  },
  {
    name: 'annotations of a tool that nobody has seen are an error',
    rules: [`deny: 'mcp.tool.annotations.readOnlyHint'`],
    calls: { 'tool crm/unseen': NO, 'prompt crm/hello': YES },
  },
  {
    name: 'arguments',
    rules: [`'mcp.tool.name != "write_file" || mcp.tool.arguments.path.startsWith("/tmp/")'`],
    calls: {
      'tool crm/greet': YES,
      'tool files/write_file {"path":"/tmp/a"}': YES,
      'tool files/write_file {"path":"/etc/a"}': NO,
      'tool files/write_file {"path":7}': NO,
      'tool files/write_file {}': NO,
    },
  },
  {
    name: 'whole numbers of arguments are ints, others doubles',
    rules: [`deny: 'mcp.tool.arguments.n > 10 || mcp.tool.arguments.n == 1.5'`],
    calls: {
      'tool crm/greet {"n":10}': YES,
      'tool crm/greet {"n":11}': NO,
      'tool crm/greet {"n":10.5}': NO,
      'tool crm/greet {"n":1.5}': NO,
      'tool crm/greet {"n":"11"}': NO,
      'tool crm/greet {}': NO,
    },
  },
  {
    name: 'request, source and time',
    rules: [
      `require: 'request.path == "/mcp" && request.host == "gw.example" && request.method == "POST"'`,
      `require: 'request.headers["x-team"] == "blue" && request.query["tenant"] == "acme"'`,
      `require: 'source.address.startsWith("192.0.2.") && now > timestamp("2026-01-01T00:00:00Z")'`,
    ],
    calls: { 'tool crm/greet': YES, 'task crm/t1': YES },
  },
  {
    name: 'credentials are no headers for rules',
    rules: [`deny: 'has(request.headers.authorization)'`],
    calls: { 'tool crm/greet': YES },
  },
  {
    name: 'patterns match in linear time, anywhere in the text',
    rules: [`'mcp.tool.name.matches("^(a+)+$") || mcp.tool.name.matches("ree")'`],
    calls: {
      'tool crm/greet': YES,
      'tool crm/aaaa': YES,
      'tool crm/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab': NO,
    },
  },
  {
    name: 'a plain scope rule is a step-up, not a denial',
    rules: [`require: '"files:read" in identity.scopes'`],
    calls: {
      'tool crm/greet': ['files:read', 'yes', 'yes', 'files:read'],
      'prompt crm/hello': ['files:read', 'yes', 'yes', 'files:read'],
    },
  },
  {
    name: 'scopes inside larger rules are found too, and only where they help',
    rules: [
      `'mcp.tool.name == "greet"'`,
      `'mcp.tool.name == "write_file" && "files:write" in identity.scopes'`,
      `'mcp.tool.name == "wipe" && "admin" in identity.scopes && jwt.sub == "ada"'`,
    ],
    calls: {
      'tool crm/greet': YES,
      'tool files/write_file': ['files:write', 'files:write', 'yes', 'files:write'],
      'tool files/wipe': ['no', 'no', 'no', 'yes'],
      'tool files/unknown': NO,
    },
  },
  {
    name: 'everything that is needed is asked for at once',
    rules: [
      `require: '"a" in identity.scopes'`,
      `require: '"b" in identity.scopes && "files:read" in identity.scopes'`,
    ],
    calls: { 'tool crm/greet': all('a+b+files:read') },
  },
  {
    name: 'of alternatives the first is asked for',
    rules: [`'"a" in identity.scopes'`, `'"b" in identity.scopes'`],
    calls: { 'tool crm/greet': all('a') },
  },
  {
    name: 'a deny rule may ask for a scope',
    rules: [`deny: 'mcp.tool.name == "wipe" && !("admin" in identity.scopes)'`],
    calls: { 'tool files/wipe': ['admin', 'admin', 'admin', 'yes'], 'tool crm/greet': YES },
  },
  {
    name: 'a denial is no step-up, whatever scopes there are',
    rules: [`deny: 'mcp.tool.name == "wipe"'`, `require: '"files:read" in identity.scopes'`],
    calls: { 'tool files/wipe': NO, 'tool crm/greet': ['files:read', 'yes', 'yes', 'files:read'] },
  },
  {
    name: 'required scopes by name, target and method',
    rules: [],
    more: `requiredScopes:
- {tools: ["write_*", "delete_*"], scopes: [files:write]}
- {targets: [files], scopes: [files:read]}
- {methods: [prompts/get], prompts: ["*"], scopes: [prompts]}`,
    calls: {
      'tool crm/greet': YES,
      'tool crm/write_x': ['files:write', 'files:write', 'yes', 'files:write'],
      'tool files/greet': ['files:read', 'yes', 'yes', 'files:read'],
      'tool files/write_file': [
        'files:write+files:read',
        'files:write+files:read',
        'yes',
        'files:write+files:read',
      ],
      'prompt crm/write_x': all('prompts'),
      'task crm/write_x': YES,
    },
  },
  {
    name: 'a broader scope implies narrower ones',
    rules: [`'"files:read" in identity.scopes'`],
    more: `scopeHierarchy: {admin: [files:write], files:write: [files:read]}
requiredScopes: [{tools: [write_file], scopes: [files:write]}]`,
    calls: {
      'tool crm/greet': ['files:read', 'yes', 'yes', 'yes'],
      'tool files/write_file': ['files:write', 'files:write', 'yes', 'yes'],
    },
  },
  {
    name: 'rules and required scopes add up in the challenge',
    rules: [`require: '"files:read" in identity.scopes'`],
    more: `requiredScopes: [{tools: [write_file], scopes: [files:write]}]`,
    calls: {
      'tool files/write_file': [
        'files:write+files:read',
        'files:write+files:read',
        'yes',
        'files:write+files:read',
      ],
    },
  },
]

const rows = tables.flatMap(({ name, rules, more, calls }) => {
  const authorizer = authorizerFor(rules, more)
  return Object.entries(calls).flatMap(([call, outcomes]) =>
    Object.keys(IDENTITIES).map((who, index) => ({
      name,
      call,
      who,
      outcome: outcomes[index] ?? '',
      why: [REASONS[name]?.[call] ?? ''].flat()[index] ?? REASONS[name]?.[call],
      authorizer,
    })),
  )
})

describe('decision tables [RULE-1]', () => {
  test.each(rows)('$name: $who, $call: $outcome by $why', ({ authorizer, call, who, ...row }) => {
    const identity = IDENTITIES[who]
    if (identity === undefined) throw new Error(who)
    const decide = () => authorizer.decide(use(call), identity, REQUEST)
    // The second time comes from memory, where there is one.
    for (const verdict of [decide(), decide()]) {
      expect(short(verdict)).toBe(row.outcome)
      expect(reason(verdict)).toBe(row.why)
    }
  })

  test('are many', () => {
    expect(rows.length).toBeGreaterThan(300)
  })
})
