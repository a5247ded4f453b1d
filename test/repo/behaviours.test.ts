import { expect, test } from 'vitest'
import { behavioursPage } from '../../scripts/behaviours.ts'
import { agentgatewayAuth } from '../behaviours/agentgateway-auth.ts'
import { agentgatewayMcp } from '../behaviours/agentgateway-mcp.ts'
import { kuadrant } from '../behaviours/kuadrant.ts'
import { requirements } from '../requirements.ts'

const agentgateway = [...agentgatewayMcp, ...agentgatewayAuth]
const rows = [...kuadrant, ...agentgateway].flatMap(({ behaviours }) => behaviours)
const promises = new Set(requirements.map(({ id }) => id))

test('all cases of Kuadrant are there, in their order', () => {
  const numbers = kuadrant.flatMap(({ behaviours }) => behaviours.map(({ name }) => Number(name)))
  expect(numbers).toEqual(Array.from({ length: 118 }, (_, index) => index + 1))
})

test('each case of agentgateway is there once in its suite', () => {
  for (const { behaviours } of agentgateway) {
    const names = behaviours.map(({ name }) => name)
    expect(names).toEqual([...new Set(names)])
  }
})

test('each row names promises that exist, or a reason', () => {
  const odd = rows.filter(row =>
    'requirements' in row
      ? row.requirements.length === 0 || row.requirements.some(id => !promises.has(id))
      : row.reason === '',
  )
  expect(odd).toEqual([])
})

test('reasons name promises that exist', () => {
  const named = rows.flatMap(row =>
    'reason' in row ? (row.reason.match(/[A-Z]+-\d+/g) ?? []) : [],
  )
  expect(named.filter(id => !promises.has(id))).toEqual([])
})

test('docs/behaviours.md is what the tables say', async () => {
  await expect(
    behavioursPage([
      { name: 'Kuadrant MCP gateway', suites: kuadrant },
      { name: 'agentgateway', suites: agentgateway },
    ]),
  ).toMatchFileSnapshot('../../docs/behaviours.md')
})
