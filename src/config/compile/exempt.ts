import type { Locate } from '../resource.ts'
import type { RoutePolicies } from '../schema/policies.ts'
import type { Backend, Rule } from '../snapshot.ts'
import { checkCel } from './expression.ts'
import type { Report } from './report.ts'

const POLICIES = ['mcpAuthentication', 'jwtAuth', 'apiKey'] as const

/** Who needs no token: only who needs none by every policy of the route that asks for one. */
export function compileExempt(
  policies: RoutePolicies,
  backend: Backend['kind'],
  locate: Locate,
  report: Report,
): Rule | undefined {
  const asking = POLICIES.filter(name => policies[name] !== undefined)
  const conditions = asking.map(name => policies[name]?.exempt)
  const first = asking.find(name => policies[name]?.exempt !== undefined)
  if (first === undefined) return undefined
  const spot = locate(first, 'exempt')
  if (backend === 'mcp') {
    report.warn(spot, 'requests to MCP servers are never exempt', 'Remove exempt')
    return undefined
  }
  const good = asking.every(name => {
    const condition = policies[name]?.exempt
    const here = locate(name, 'exempt')
    return condition === undefined || checkCel(condition, 'http', 'condition', here, report)
  })
  if (!good || conditions.includes(undefined)) return undefined
  const expression = [...new Set(conditions)].map(condition => `(${condition})`).join(' && ')
  return { effect: 'require', expression, ...spot }
}
