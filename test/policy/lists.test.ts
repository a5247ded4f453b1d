import { describe, expect, test } from 'vitest'
import { authorizerFor, IDENTITIES, REQUEST, short, use } from './authorizers.ts'

/** Rules, an entry of a list, and whether reader sees it. */
const rows: readonly (readonly [rules: readonly string[], item: string, outcome: string])[] = [
  [[`'mcp.tool.arguments.path == "/tmp"'`], 'tool files/x', 'yes'],
  [[`deny: 'mcp.tool.arguments.path == "/etc"'`], 'tool files/x', 'yes'],
  [[`deny: '!(mcp.tool.arguments.path == "/etc")'`], 'tool files/x', 'yes'],
  [[`require: 'mcp.tool.arguments.path == "/tmp"'`], 'tool files/x', 'yes'],
  [[`'mcp.tool.name == "y" && mcp.tool.arguments.n > 1'`], 'tool files/x', 'no'],
  [[`'mcp.tool.arguments.n > 1 && mcp.tool.name == "y"'`], 'tool files/x', 'no'],
  [[`'mcp.tool.name == "x" && mcp.tool.arguments.n > 1'`], 'tool files/x', 'yes'],
  [[`deny: 'mcp.tool.name == "x" || mcp.tool.arguments.n > 1'`], 'tool files/x', 'no'],
  [[`'has(mcp.tool.arguments.n)'`], 'tool files/x', 'yes'],
  [[`'!has(mcp.tool.arguments.n)'`], 'tool files/x', 'yes'],
  [[`'!has(mcp.tool.arguments)'`], 'tool files/x', 'yes'],
  [[`'size(mcp.tool.arguments) == 0'`], 'tool files/x', 'yes'],
  [[`'mcp.tool.arguments.list.all(x, x == 1)'`], 'tool files/x', 'yes'],
  [[`deny: 'jwt.nothing == 1 && mcp.tool.name == "x"'`], 'tool files/x', 'no'],
  [[`'"files:write" in identity.scopes'`], 'tool files/x', 'files:write'],
  [
    [`'"files:write" in identity.scopes && mcp.tool.arguments.n == 1'`],
    'tool files/x',
    'files:write',
  ],
  [[`'mcp.method == "tools/call"'`], 'tool files/x', 'yes'],
]

describe('entries of lists [RULE-2]', () => {
  test.each(rows)('%j: %s: %s', (rules, item, outcome) => {
    const authorizer = authorizerFor(rules)
    const { reader } = IDENTITIES
    if (reader === undefined) throw new Error('no reader')
    expect(short(authorizer.decide(use(item, true), reader, REQUEST))).toBe(outcome)
    expect(short(authorizer.decide(use(item, true), reader, REQUEST))).toBe(outcome)
  })
})
