import { factsOf, type Purpose } from '../../cel/check.ts'
import type { Locate } from '../resource.ts'
import type { RateLimitConfig } from '../schema/rate-limit.ts'
import type { McpAuthorization, RateLimit } from '../snapshot.ts'
import { checkCel } from './expression.ts'
import type { Report } from './report.ts'

/** @param isMcp whether the route speaks MCP, so that there are calls to look at */
export function compileRateLimits(
  configs: readonly RateLimitConfig[],
  isMcp: boolean,
  locate: Locate,
  report: Report,
): readonly RateLimit[] {
  return configs.flatMap((config, index): RateLimit[] => {
    const { maxTokens, tokensPerFill, fillInterval, key, when, cost = 1 } = config
    const stage = isMcp ? 'call' : 'http'
    const spot = locate(index)
    const expressions: [member: string, source: string, purpose: Purpose][] = []
    if (key !== undefined) expressions.push(['key', key, 'key'])
    if (when !== undefined) expressions.push(['when', when, 'condition'])
    if (typeof cost === 'string') expressions.push(['cost', cost, 'cost'])
    const good = expressions.map(([member, source, purpose]) =>
      checkCel(source, stage, purpose, locate(index, member), report),
    )
    if (fillInterval === 0) {
      report.error(locate(index, 'fillInterval'), 'expected a duration above 0')
      return []
    }
    if (good.includes(false)) return []
    const reads = expressions.flatMap(([, source]) => [...factsOf(source, stage).reads])
    return [
      {
        maxTokens,
        tokensPerFill,
        fillIntervalMs: fillInterval,
        key,
        when,
        cost,
        stage: stageOf(reads),
        ...spot,
      },
    ]
  })
}

/** What lists say of tools is only noted where lists are looked into. */
export function checkAnnotations(
  limits: readonly RateLimit[],
  mcpAuthorization: McpAuthorization | undefined,
  report: Report,
): void {
  if (mcpAuthorization !== undefined) return
  for (const { key, when, cost, origin, path } of limits) {
    const reads = [key, when, typeof cost === 'number' ? undefined : cost]
      .filter(source => source !== undefined)
      .flatMap(source => [...factsOf(source, 'call').reads])
    if (!reads.some(read => read.startsWith('mcp.tool.annotations'))) continue
    report.warn(
      { origin, path },
      'the limit reads mcp.tool.annotations, which are not looked at without mcpAuthorization',
      'Add mcpAuthorization: {rules: []} to the route',
    )
  }
}

/**
 * As early as what a limit reads is known. A limit that reads nothing counts callers who were let in:
 * strangers could use it up for them.
 */
function stageOf(reads: readonly string[]): RateLimit['stage'] {
  const starts = new Set(reads.map(read => read.split('.')[0]))
  if (starts.has('mcp')) return 'call'
  const isAboutCaller = ['identity', 'jwt', 'apiKey'].some(name => starts.has(name))
  return !isAboutCaller && starts.has('source') ? 'address' : 'request'
}
