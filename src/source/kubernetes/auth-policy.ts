import type { TranslatedPolicy } from './agentgateway-policy.ts'
import { type Verdict, verdict } from './conditions.ts'
import type { Piece } from './effects.ts'
import type { AuthPolicy, AuthRules, AuthSpec, DenyResponse, Pattern } from './kuadrant.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { toPieces } from './sections.ts'

/** An AuthPolicy, and the listener or route that it is for. */
export type TranslatedAuthPolicy = TranslatedPolicy<AuthPolicy>

/** Says that tokens of other resources are fine. */
const AUDIENCE = 'portcullis.dev/audience'

/**
 * The JWT part of an AuthPolicy. What else it holds cannot be done here: then the policy is not accepted and its
 * target is closed.
 *
 * What `when` exempts is a matter of the gateway's own documents, which are public in any case; requests to
 * servers are always checked, so that no spelling of a path gets around it.
 *
 * @param resource what the protected resource metadata says besides
 * @param problem what the configuration says is wrong with it
 */
export function translateAuthPolicy(
  policy: AuthPolicy,
  resource: ProtectedResource,
  problem: string | undefined,
): TranslatedAuthPolicy {
  const { section, path } = sectionOf(policy)
  const found = translateRules(policy, section, path, resource)
  const problems = problem === undefined ? found.problems : [problem, ...found.problems]
  const closed = problems.length > 0
  return {
    policy,
    effect: {
      pieces: closed ? [] : found.pieces,
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

function translateRules(
  policy: AuthPolicy,
  { rules = {}, when = [], strategy, patterns }: AuthSpec,
  path: string,
  resource: ProtectedResource,
): Found {
  const identity = identityOf(policy, rules, resource)
  const access = accessOf(rules)
  const responses = responsesOf(rules)
  const { pieces, problems } = toPieces(policy, `${path}.rules`, {
    ...identity.written,
    ...access.written,
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
        : ['when exempts the documents of the gateway, never requests to a server']),
      ...responses.notes,
    ],
  }
}

type Part = {
  readonly written: Readonly<Record<string, unknown>>
  readonly unsupported: readonly string[]
}

function identityOf(
  { metadata }: AuthPolicy,
  { authentication = {} }: AuthRules,
  resourceMetadata: ProtectedResource,
): Part {
  const entries = Object.entries(authentication)
  const unsupported = entries
    .filter(([, rule]) => rule.jwt === undefined && rule.anonymous === undefined)
    .map(([name]) => `rules.authentication.${name}`)
  if (metadata.annotations?.[AUDIENCE] !== undefined) {
    unsupported.push(`the annotation ${AUDIENCE}: give tokens an audience; it`)
  }
  const anonymous = entries.some(([, rule]) => rule.anonymous !== undefined)
  const issuers = entries.flatMap(([name, { jwt }]) => {
    if (jwt === undefined) return []
    if (jwt.issuerUrl === undefined) {
      unsupported.push(`rules.authentication.${name}.jwt without issuerUrl`)
      return []
    }
    const jwks = jwt.jwksUrl === undefined ? {} : { jwks: { url: jwt.jwksUrl } }
    return [{ issuer: jwt.issuerUrl, ...jwks }]
  })
  const mode = anonymous ? 'optional' : 'strict'
  const [first, ...more] = issuers
  if (first === undefined) return { written: {}, unsupported }
  if (more.length > 0) return { written: { jwtAuth: { providers: issuers, mode } }, unsupported }
  return { written: { mcpAuthentication: { ...first, mode, resourceMetadata } }, unsupported }
}

function accessOf({ authorization = {} }: AuthRules): Part {
  const unsupported: string[] = []
  const rules = Object.entries(authorization).flatMap(([name, rule]) => {
    const patterns = rule.patternMatching?.patterns
    const others = Object.keys(rule).filter(key => !HARMLESS.includes(key))
    if (patterns === undefined || others.length > 0 || !patterns.every(isPredicate)) {
      unsupported.push(`rules.authorization.${name}, other than patternMatching with predicates,`)
      return []
    }
    return patterns.map(({ predicate = '' }) => ({ require: inOurWords(predicate) }))
  })
  return { written: rules.length === 0 ? {} : { authorization: { rules } }, unsupported }
}

const HARMLESS = ['patternMatching', 'priority', 'metrics', 'cache']

function isPredicate(pattern: Pattern): boolean {
  return typeof pattern.predicate === 'string' && Object.keys(pattern).length === 1
}

/** `auth.identity` of Authorino is what agentgateway calls `jwt`; not inside of strings. */
function inOurWords(predicate: string): string {
  return predicate.replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\bauth\.identity\b/g, found =>
    found === 'auth.identity' ? 'jwt' : found,
  )
}

/** The answers have a form of their own, which clients rely on: only what agrees with it is accepted. */
function responsesOf({ response = {} }: AuthRules): {
  readonly unsupported: readonly string[]
  readonly notes: readonly string[]
} {
  const { unauthenticated, unauthorized, success } = response
  const unsupported = success === undefined ? [] : ['rules.response.success']
  const wrong = (said: DenyResponse | undefined, code: number) =>
    said?.code !== undefined && said.code !== code
  if (wrong(unauthenticated, 401)) unsupported.push('rules.response.unauthenticated.code but 401')
  if (wrong(unauthorized, 403)) unsupported.push('rules.response.unauthorized.code but 403')
  const isGiven = unauthenticated !== undefined || unauthorized !== undefined
  return {
    unsupported,
    notes: isGiven ? ['headers and body of refusals are those of MCP authorization'] : [],
  }
}
