import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkExpression } from '../../src/cel/check.ts'
import { compileExpression } from '../../src/cel/expression.ts'
import type { McpAuthorization, Rule } from '../../src/config/snapshot.ts'
import { type Authorizer, createAuthorizer } from '../../src/policy/authorizer.ts'
import { createRequestAuthorizer } from '../../src/policy/request-authorizer.ts'
import { IDENTITIES, identity, NOW, REQUEST, use } from './authorizers.ts'

const EFFECTS = ['allow', 'deny', 'require'] as const

function authorizerOf(rules: readonly Rule[]): Authorizer {
  const policy: McpAuthorization = {
    rules,
    targetRules: {},
    requiredScopes: [],
    everyCallScopes: [],
    impliedScopes: {},
    denied: 'hide',
  }
  return createAuthorizer(policy, () => NOW)
}

function rule(effect: Rule['effect'], expression: string): Rule {
  return { effect, expression, origin: { source: 'test' }, path: '' }
}

/** Conditions; `?` stands for an argument that no other condition reads. */
const atom = fc.constantFrom(
  'mcp.tool.name == "x"',
  'mcp.tool.name != "x"',
  'mcp.tool.target == "crm"',
  'mcp.tool.arguments.?',
  '!mcp.tool.arguments.?',
  '"a" in identity.scopes',
  '"b" in identity.scopes',
  '"users" in jwt.groups',
  'jwt.level > 2',
  'has(jwt.level)',
  'true',
  'false',
)

const condition = fc.letrec<{ one: string; both: string; either: string; any: string }>(tie => ({
  any: fc.oneof({ depthSize: 'small', withCrossShrink: true }, atom, tie('both'), tie('either')),
  one: atom,
  both: fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(${left} && ${right})`),
  either: fc.tuple(tie('any'), tie('any')).map(([left, right]) => `(${left} || ${right})`),
})).any

const ruleSets = fc
  .array(fc.tuple(fc.constantFrom(...EFFECTS), condition), { maxLength: 4 })
  .map(written => {
    let argument = 0
    return written.map(([effect, text]) =>
      rule(
        effect,
        text.replace(/\?/g, () => `p${argument++}`),
      ),
    )
  })
  .filter(rules => countArguments(rules) <= 5)

function countArguments(rules: readonly Rule[]): number {
  return rules.flatMap(({ expression }) => expression.match(/arguments\.p/g) ?? []).length
}

/** Every way to fill the arguments. */
function* fillings(count: number): Generator<string> {
  for (let bits = 0; bits < 2 ** count; bits++) {
    const members = Array.from({ length: count }, (_, i) => [`p${i}`, (bits & (1 << i)) !== 0])
    yield JSON.stringify(Object.fromEntries(members))
  }
}

const who = fc.constantFrom(...Object.values(IDENTITIES))
const where = fc.constantFrom('tool crm/x', 'tool files/x', 'tool crm/y')

describe('lists and calls [RULE-3]', () => {
  test('what is listed can be called with some arguments, at once or after a step-up', () => {
    fc.assert(
      fc.property(ruleSets, who, where, (rules, caller, item) => {
        const authorizer = authorizerOf(rules)
        if (authorizer.decide(use(item, true), caller, REQUEST).outcome === 'denied') return
        const more = { ...caller, scopes: [...caller.scopes, 'a', 'b'] }
        const outcomes = [...fillings(countArguments(rules))].flatMap(given =>
          [caller, more].map(
            one => authorizer.decide(use(`${item} ${given}`), one, REQUEST).outcome,
          ),
        )
        expect(outcomes).toContain('allowed')
      }),
      { numRuns: 300 },
    )
  })

  test('what can be called with some arguments is listed', () => {
    fc.assert(
      fc.property(ruleSets, who, where, (rules, caller, item) => {
        const authorizer = authorizerOf(rules)
        const callable = [...fillings(countArguments(rules))].some(
          given => authorizer.decide(use(`${item} ${given}`), caller, REQUEST).outcome !== 'denied',
        )
        const listed = authorizer.decide(use(item, true), caller, REQUEST).outcome !== 'denied'
        expect(listed || !callable).toBe(true)
      }),
      { numRuns: 300 },
    )
  })

  test('the scopes of a challenge are enough, and none of them is too many', () => {
    fc.assert(
      fc.property(ruleSets, who, where, (rules, caller, item) => {
        const authorizer = authorizerOf(rules)
        const verdict = authorizer.decide(use(item, true), caller, REQUEST)
        if (verdict.outcome !== 'insufficient_scope') return
        const others = caller.scopes.filter(scope => scope !== 'a' && scope !== 'b')
        const outcomeWith = (scopes: readonly string[]): string =>
          authorizer.decide(use(item, true), { ...caller, scopes: [...others, ...scopes] }, REQUEST)
            .outcome
        expect(outcomeWith(verdict.scopes)).toBe('allowed')
        for (const scope of verdict.scopes) {
          expect(outcomeWith(verdict.scopes.filter(one => one !== scope))).not.toBe('allowed')
        }
      }),
      { numRuns: 300 },
    )
  })
})

const words = fc.constantFrom(
  ...'mcp jwt identity request source now mcp.tool.name mcp.tool.arguments mcp.prompt.name jwt.a jwt.a.b jwt["x"]'.split(
    ' ',
  ),
  ...'identity.scopes identity.subject request.headers source.address true false null 1 2.5 "a" "x" [] {} ( ) [ ]'.split(
    ' ',
  ),
  ...'&& || ! == != < > in + - * / % ? : . , has( size( hasRole( .matches( .startsWith( .exists(x, x)'.split(
    ' ',
  ),
  'string(',
  'cel.bind(',
  '"(a+)+$"',
)
const noise = fc.oneof(
  fc.array(words, { maxLength: 12 }).map(list => list.join(' ')),
  fc.string({ maxLength: 60 }),
  condition.map(text => text.replace(/\?/g, 'p')),
)
const claims = fc.dictionary(
  fc.constantFrom('a', 'groups', 'level', 'sub', '__proto__', 'scope'),
  fc.jsonValue(),
)

describe('anything at all [RULE-4]', () => {
  test('checking an expression never throws', () => {
    fc.assert(
      fc.property(noise, text => {
        for (const stage of ['http', 'call'] as const) checkExpression(text, stage, 'condition')
      }),
      { numRuns: 1000 },
    )
  })

  test('deciding never throws, and allows nothing that a rule of plain reading would not', () => {
    const good = noise.filter(text => checkExpression(text, 'call', 'condition').length === 0)
    const rules = fc.array(fc.tuple(fc.constantFrom(...EFFECTS), good), {
      minLength: 1,
      maxLength: 4,
    })
    fc.assert(
      fc.property(rules, claims, fc.jsonValue(), (written, claim, given) => {
        const all = written.map(([effect, text]) => rule(effect, text))
        const caller = identity(claim)
        const call = {
          ...use('tool crm/x'),
          arguments: typeof given === 'object' ? (given ?? {}) : {},
        }
        const { outcome } = authorizerOf(all).decide(call, caller, REQUEST)
        const values = all
          .filter(one => aboutTools(one))
          .map(one => [one.effect, plainValue(one, authorizerOf(all), call, caller)] as const)
        const denied = values.some(([effect, value]) =>
          effect === 'deny' ? value !== false : effect === 'require' && value !== true,
        )
        const allows = values.filter(([effect]) => effect === 'allow')
        const expected =
          !denied && (allows.length === 0 || allows.some(([, value]) => value === true))
        expect(outcome === 'allowed').toBe(expected)
      }),
      { numRuns: 300 },
    )
  })
})

test('HTTP-level rules neither throw nor allow by error [RULE-4]', () => {
  const good = noise.filter(text => checkExpression(text, 'http', 'condition').length === 0)
  const rules = fc.array(fc.tuple(fc.constantFrom(...EFFECTS), good), {
    minLength: 1,
    maxLength: 4,
  })
  fc.assert(
    fc.property(rules, claims, (written, claim) => {
      const all = written.map(([effect, text]) => rule(effect, text))
      const authorizer = createRequestAuthorizer(all, {}, () => NOW)
      const caller = identity(claim)
      const { variables } = authorizer.inspect(caller, REQUEST)
      const values = all.map(({ effect, expression }) => [
        effect,
        valueOrError(() => compileExpression(expression, 'http', 'condition').evaluate(variables)),
      ])
      const denied = values.some(([effect, value]) =>
        effect === 'deny' ? value !== false : effect === 'require' && value !== true,
      )
      const allows = values.filter(([effect]) => effect === 'allow')
      const expected =
        !denied && (allows.length === 0 || allows.some(([, value]) => value === true))
      expect(authorizer.decide(caller, REQUEST).outcome === 'allowed').toBe(expected)
    }),
    { numRuns: 300 },
  )
})

function valueOrError(evaluate: () => unknown): unknown {
  try {
    return evaluate()
  } catch {
    return 'error'
  }
}

function aboutTools({ expression }: Rule): boolean {
  const { kinds } = compileExpression(expression, 'call', 'condition').facts
  return kinds.length === 0 || kinds.includes('tool')
}

/** As CEL has it, with everything that goes wrong as an error. */
function plainValue(
  { expression }: Rule,
  authorizer: Authorizer,
  call: ReturnType<typeof use>,
  caller: ReturnType<typeof identity>,
): unknown {
  return valueOrError(() => {
    const { variables } = authorizer.inspect(call, caller, REQUEST)
    return compileExpression(expression, 'call', 'condition').evaluate(variables)
  })
}
