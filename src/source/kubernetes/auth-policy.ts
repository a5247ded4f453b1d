import type { TranslatedPolicy } from './agentgateway-policy.ts'
import { type IdentityContext, identityOf, type Part } from './auth-identity.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Piece } from './effects.ts'
import { given } from './given.ts'
import type { AuthPolicy, AuthRules, AuthSpec, DenyResponse, Pattern } from './kuadrant.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { toPieces } from './sections.ts'

/** An AuthPolicy, and the listener or route that it is for. */
export type TranslatedAuthPolicy = TranslatedPolicy<AuthPolicy>

/**
 * Tokens, keys and predicates of an AuthPolicy. What else it holds cannot be done here: then the policy is not accepted
 * and its target is closed.
 *
 * What `when` exempts are requests to plain HTTP backends, and the gateway's own documents, which are public in any
 * case; requests to MCP servers are always checked, so that no spelling of a path gets around it.
 *
 * @param resource what the protected resource metadata says besides
 * @param problem what the configuration says is wrong with it
 */
export function translateAuthPolicy(
  cluster: Cluster,
  policy: AuthPolicy,
  resource: ProtectedResource,
  problem: string | undefined,
): TranslatedAuthPolicy {
  const { section, path } = sectionOf(policy)
  const context = { cluster, policy, resource, exempt: exemptionOf(section) }
  const found = translateRules(section, path, context)
  const never = translateRules(section, path, { ...context, exempt: undefined })
  const problems = problem === undefined ? found.problems : [problem, ...found.problems]
  const closed = problems.length > 0
  return {
    policy,
    effect: {
      pieces: closed ? [] : found.pieces,
      mcpPieces: closed ? [] : never.pieces,
      refuses: closed ? 'a policy of this route cannot be applied' : undefined,
      overrides: policy.spec?.overrides !== undefined,
    },
    accepted: acceptance(problems, found.notes),
  }
}

function acceptance(problems: readonly string[], notes: readonly string[]): Verdict {
  if (problems.length > 0) return verdict('Accepted', false, 'Invalid', problems.join('; '))
  const message = ['AuthPolicy has been accepted', ...notes].join('; ')
  return verdict('Accepted', true, 'Accepted', message)
}

function sectionOf({ spec }: AuthPolicy): { readonly section: AuthSpec; readonly path: string } {
  if (spec?.overrides !== undefined) return { section: spec.overrides, path: 'spec.overrides' }
  if (spec?.defaults !== undefined) return { section: spec.defaults, path: 'spec.defaults' }
  return { section: spec ?? {}, path: 'spec' }
}

type Found = {
  readonly pieces: readonly Piece[]
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/** A condition (CEL) that is true for the requests that the policy is not for; undefined: it is for all. */
function exemptionOf({ when = [] }: AuthSpec): string | undefined {
  if (when.length === 0) return undefined
  const predicates = when.map(({ predicate = '' }) => `(${inOurWords(predicate)})`)
  return `!(${predicates.join(' && ')})`
}

function translateRules(
  { rules = {}, when = [], strategy, patterns }: AuthSpec,
  path: string,
  context: IdentityContext,
): Found {
  const { policy, exempt } = context
  const identity = identityOf(rules, context)
  const access = accessOf(rules, exempt)
  const responses = responsesOf(rules)
  const { pieces, problems } = toPieces(policy, `${path}.rules`, {
    ...identity.written,
    ...access.written,
    ...responses.written,
  })
  const unsupported = [
    ...(strategy !== undefined && strategy !== 'atomic' ? [`strategy ${strategy}`] : []),
    ...(patterns === undefined ? [] : ['patterns']),
    ...(rules.metadata === undefined ? [] : ['rules.metadata']),
    ...(rules.callbacks === undefined ? [] : ['rules.callbacks']),
    ...(when.every(isPredicate) ? [] : ['when without a predicate']),
    ...identity.unsupported,
    ...access.unsupported,
    ...responses.unsupported,
  ]
  return {
    pieces,
    problems: [...unsupported.map(one => `${path}.${one} is not supported`), ...problems],
    notes: [
      ...(when.length === 0
        ? []
        : ['when exempts requests to plain HTTP backends, never those to MCP servers']),
      ...identity.notes,
      ...responses.notes,
    ],
  }
}

function accessOf({ authorization = {} }: AuthRules, exempt: string | undefined): Part {
  const unsupported: string[] = []
  const rules = Object.entries(authorization).flatMap(([name, rule]) => {
    const patterns = rule.patternMatching?.patterns
    const others = Object.keys(rule).filter(key => !HARMLESS.includes(key))
    if (patterns === undefined || others.length > 0 || !patterns.every(isPredicate)) {
      unsupported.push(`rules.authorization.${name}, other than patternMatching with predicates,`)
      return []
    }
    const unless = exempt === undefined ? '' : `${exempt} || `
    return patterns.map(({ predicate = '' }) => {
      const own = inOurWords(predicate)
      return { require: unless === '' ? own : `${unless}(${own})` }
    })
  })
  return { written: rules.length === 0 ? {} : { authorization: { rules } }, unsupported, notes: [] }
}

const HARMLESS = ['patternMatching', 'priority', 'metrics', 'cache']

function isPredicate(pattern: Pattern): boolean {
  return typeof pattern.predicate === 'string' && Object.keys(pattern).length === 1
}

/** Words of Kuadrant and what they are called here; not inside of strings. */
const WORDS: Readonly<Record<string, string>> = {
  'auth.identity': 'jwt',
  'request.url_path': 'request.path',
}

function inOurWords(predicate: string): string {
  const words = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\b(?:auth\.identity|request\.url_path)\b/g
  return predicate.replace(words, found => WORDS[found] ?? found)
}

/** How those who are not let in are answered (DenyWithSpec): values, not expressions. */
function responsesOf({ response = {} }: AuthRules): Part {
  const { success, ...others } = response
  const unsupported = success === undefined ? [] : ['rules.response.success']
  const entries = Object.entries(others).map(([name, said]) => {
    const { code, headers = {}, body, message } = said as DenyResponse
    const at = `rules.response.${name}`
    const values = { ...headers, body }
    unsupported.push(
      ...Object.entries(values)
        .filter(([, value]) => value !== undefined && typeof value.value !== 'string')
        .map(([member]) => `${at}.${member} without a value`),
      ...(message === undefined ? [] : [`${at}.message`]),
    )
    const pairs = Object.entries(headers).map(([member, { value }]) => [member, String(value)])
    const written = { status: code, headers: Object.fromEntries(pairs), body: body?.value }
    return [name, given(written)] as const
  })
  const wrong = others.unauthenticated?.code ?? 401
  return {
    written: entries.length === 0 ? {} : { refusals: Object.fromEntries(entries) },
    unsupported,
    notes: [
      ...(wrong === 401 ? [] : [`MCP clients log in after a 401, not after a ${wrong}`]),
      ...(entries.length === 0 ? [] : ['WWW-Authenticate is written by the gateway']),
    ],
  }
}
