import type { Purpose } from '../cel/check.ts'
import { compileExpression, type Expression } from '../cel/expression.ts'
import { FALSE } from '../cel/possible.ts'
import { KINDS, type Kind } from '../cel/types.ts'
import type { Variables } from '../cel/variables.ts'
import type { RateLimit } from '../config/snapshot.ts'
import { networkOf } from './network.ts'
import type { Taken } from './token-bucket.ts'

/** Where the tokens of one limit are counted. */
export type Counter = {
  /** Undefined: nobody can say, and nobody may pass. */
  take(key: string, cost: number): Taken | undefined | Promise<Taken | undefined>
}

/** A limit that let something not pass. `taken` undefined: the store cannot be reached. */
export type Exceeded = { readonly limit: RateLimit; readonly taken: Taken | undefined }

/** The limits of a route that are asked at one stage. */
export type Limiter = {
  readonly readsArguments: boolean
  /** Undefined: there is enough in all buckets. */
  take(variables: Variables, passed: Passed): Exceeded | undefined | Promise<Exceeded | undefined>
}

/** Told of each limit that let something pass. */
export type Passed = (limit: RateLimit, taken: Taken) => void

type CompiledLimit = {
  readonly limit: RateLimit
  /** What calls have to be about, for the limit to count them; empty: anything. */
  readonly kinds: readonly Kind[]
  readonly counter: Counter
  readonly when: Expression | undefined
  readonly key: Expression | undefined
  readonly cost: Expression | number
}

/** @param counterOf gives each limit its counter */
export function createLimiter(
  limits: readonly RateLimit[],
  isMcp: boolean,
  counterOf: (limit: RateLimit) => Counter,
): Limiter {
  const compile = (source: string, purpose: Purpose): Expression =>
    compileExpression(source, isMcp ? 'call' : 'http', purpose)
  const compiled = limits.map((limit): CompiledLimit => {
    const when = limit.when === undefined ? undefined : compile(limit.when, 'condition')
    const key = limit.key === undefined ? undefined : compile(limit.key, 'key')
    const cost = typeof limit.cost === 'number' ? limit.cost : compile(limit.cost, 'cost')
    const kinds = kindsOf([when, key, typeof cost === 'number' ? undefined : cost])
    return { limit, kinds, counter: counterOf(limit), when, key, cost }
  })

  function takeFrom(
    index: number,
    variables: Variables,
    passed: Passed,
  ): Exceeded | undefined | Promise<Exceeded | undefined> {
    for (let at = index; at < compiled.length; at++) {
      const one = compiled[at] as CompiledLimit
      const { mcp } = variables
      if (one.kinds.length > 0 && !one.kinds.some(kind => mcp?.[kind] !== undefined)) continue
      // What cannot be evaluated is limited.
      if (one.when?.judge(variables) === FALSE) continue
      const taken = one.counter.take(keyOf(one, variables), costOf(one, variables))
      if (taken instanceof Promise) {
        return taken.then(came => judge(one, came, passed) ?? takeFrom(at + 1, variables, passed))
      }
      const over = judge(one, taken, passed)
      if (over !== undefined) return over
    }
    return undefined
  }

  const expressions = compiled.flatMap(({ when, key, cost }) =>
    [when, key, typeof cost === 'number' ? undefined : cost].filter(one => one !== undefined),
  )
  return {
    readsArguments: expressions.some(({ facts }) => facts.reads.has('mcp.tool.arguments')),
    take: (variables, passed) => takeFrom(0, variables, passed),
  }
}

/**
 * A limit that reads `mcp.tool.name` is about tools: `initialize` and lists are not what its author counts. Who asks
 * `has(mcp.tool)` has thought of other calls.
 */
function kindsOf(expressions: readonly (Expression | undefined)[]): readonly Kind[] {
  const reads = new Set(expressions.flatMap(one => [...(one?.facts.reads ?? [])]))
  return KINDS.filter(
    kind => !reads.has(`mcp.${kind}`) && [...reads].some(read => read.startsWith(`mcp.${kind}.`)),
  )
}

function judge(
  { limit }: CompiledLimit,
  taken: Taken | undefined,
  passed: Passed,
): Exceeded | undefined {
  if (taken?.allowed !== true) return { limit, taken }
  passed(limit, taken)
  return undefined
}

const LONGEST_KEY = 256

/** Whoever has no key of their own shares one bucket with all others of that kind. */
function keyOf({ key }: CompiledLimit, variables: Variables): string {
  if (key === undefined) return ''
  try {
    const value = key.evaluate(variables)
    const text = typeof value === 'object' ? '' : networkOf(String(value))
    return `=${text.slice(0, LONGEST_KEY)}`
  } catch {
    return ''
  }
}

function costOf({ cost }: CompiledLimit, variables: Variables): number {
  if (typeof cost === 'number') return cost
  try {
    const value = Number(cost.evaluate(variables))
    return Number.isSafeInteger(value) && value >= 0 ? value : 1
  } catch {
    return 1
  }
}
