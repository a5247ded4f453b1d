import { describe, expect, test } from 'vitest'
import { authorizerFor, IDENTITIES, REQUEST, use } from './authorizers.ts'

const list = (length: number): readonly number[] => Array.from({ length }, (_, index) => index)

/** Rules, arguments that they can look at, and arguments that are too much. What is too much is an error. */
const rows: readonly (readonly [rule: string, few: object, many: object])[] = [
  [
    `'mcp.tool.arguments.a.all(x, mcp.tool.arguments.b.all(y, x != -y - 1))'`,
    { a: list(400), b: list(400) },
    { a: list(600), b: list(600) },
  ],
  [
    `'mcp.tool.arguments.a.map(x, mcp.tool.arguments.a.map(y, x + y)).size() > 0'`,
    { a: list(400) },
    { a: list(600) },
  ],
  [`'mcp.tool.arguments.a.all(x, x in mcp.tool.arguments.a)'`, { a: list(400) }, { a: list(600) }],
  [
    `'mcp.tool.arguments.text.matches("^(a|aa)+$")'`,
    { text: 'a'.repeat(200_000) },
    { text: 'a'.repeat(200_001) },
  ],
  [
    `'mcp.tool.arguments.a.filter(x, mcp.tool.arguments.text.matches("a$")).size() > 0'`,
    { a: list(100), text: 'a'.repeat(1_000) },
    { a: list(1_000), text: 'a'.repeat(1_000) },
  ],
  [`'mcp.tool.arguments.path == "/tmp"'`, { path: '/tmp', text: 'a'.repeat(1_000_000) }, {}],
]

describe('what a client sends does not decide how long a decision takes [RULE-13]', () => {
  test.each(rows)('%s', (rule, few, many) => {
    const { reader } = IDENTITIES
    if (reader === undefined) throw new Error('no reader')
    const outcome = (written: string, given: object): string =>
      authorizerFor([written]).decide({ ...use('tool crm/x'), arguments: given }, reader, REQUEST)
        .outcome
    expect(outcome(rule, few)).toBe('allowed')
    expect(outcome(rule, many)).toBe('denied')
    const deny = `deny: ${rule.replace("'", "'!(").replace(/'$/, ")'")}`
    expect(outcome(deny, few)).toBe('allowed')
    expect(outcome(deny, many)).toBe('denied')
  })

  test('the rules of one decision share what they may look at, each decision has its own', () => {
    const { reader } = IDENTITIES
    if (reader === undefined) throw new Error('no reader')
    const rule = `require: 'mcp.tool.arguments.text.matches("a$")'`
    const given = { text: 'a'.repeat(150_000) }
    const call = { ...use('tool crm/x'), arguments: given }
    const one = authorizerFor([rule])
    expect(one.decide(call, reader, REQUEST).outcome).toBe('allowed')
    expect(one.decide(call, reader, REQUEST).outcome).toBe('allowed')
    expect(authorizerFor([rule, rule]).decide(call, reader, REQUEST).outcome).toBe('denied')
  })
})
