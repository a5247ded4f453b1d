import { hashed, unique, type WrittenKey } from './api-keys.ts'
import type { Cluster } from './cluster.ts'
import type { Secret } from './gateway-api.ts'
import { given } from './given.ts'
import type { AuthenticationRule, AuthPolicy, AuthRules, Credentials } from './kuadrant.ts'
import { selects } from './labels.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { secretValue } from './secret-value.ts'

/** Says that tokens that were made for other resources are taken. */
export const AUDIENCE = 'portcullis.dev/audience'
const UNCHECKED = 'unchecked'

/** A part of a policy as members of the policies of a route, and what of it is not supported. */
export type Part = {
  readonly written: Readonly<Record<string, unknown>>
  readonly unsupported: readonly string[]
  readonly notes: readonly string[]
}

export type IdentityContext = {
  readonly cluster: Cluster
  readonly policy: AuthPolicy
  /** What the protected resource metadata says besides. */
  readonly resource: ProtectedResource
  /** Requests to plain HTTP backends for which it is true need no identity. */
  readonly exempt: string | undefined
}

/** Beside the kind of an authentication rule; they change when and how often it is looked at, not what comes of it. */
const HARMLESS = ['priority', 'metrics', 'cache', 'credentials']
const KINDS = ['jwt', 'apiKey', 'anonymous']

/** AuthPolicy `rules.authentication`: tokens of issuers, keys in Secrets, nobody. */
export function identityOf({ authentication = {} }: AuthRules, context: IdentityContext): Part {
  const entries = Object.entries(authentication)
  const unsupported = entries.flatMap(([name, rule]) => unsupportedIn(name, rule))
  const anonymous = entries.some(([, rule]) => rule.anonymous !== undefined)
  const shared = given({ mode: anonymous ? 'optional' : 'strict', exempt: context.exempt })
  const tokens = tokensOf(entries, shared, context)
  const keys = keysOf(entries, shared, context)
  return {
    written: { ...tokens.written, ...keys.written },
    unsupported: [...unsupported, ...tokens.unsupported, ...keys.unsupported],
    notes: tokens.notes,
  }
}

type Entries = readonly (readonly [string, AuthenticationRule])[]

function unsupportedIn(name: string, rule: AuthenticationRule): readonly string[] {
  const at = `rules.authentication.${name}`
  const members = Object.keys(rule)
  const others = members.filter(member => !KINDS.includes(member) && !HARMLESS.includes(member))
  const hasKind = members.some(member => KINDS.includes(member))
  return hasKind || others.length > 0 ? others.map(member => `${at}.${member}`) : [at]
}

function tokensOf(
  entries: Entries,
  shared: object,
  { policy, resource }: Pick<IdentityContext, 'policy' | 'resource'>,
): Part {
  const unsupported: string[] = []
  const annotation = policy.metadata.annotations?.[AUDIENCE]
  const unchecked = annotation === UNCHECKED
  if (annotation !== undefined && !unchecked) {
    unsupported.push(`the annotation ${AUDIENCE} with another value than ${UNCHECKED}`)
  }
  const jwt = entries.filter(([, rule]) => rule.jwt !== undefined)
  const issuers = jwt.flatMap(([name, { jwt: { issuerUrl: issuer, jwksUrl } = {} }]) => {
    if (issuer === undefined) {
      unsupported.push(`rules.authentication.${name}.jwt without issuerUrl`)
      return []
    }
    const jwks = jwksUrl === undefined ? undefined : { url: jwksUrl }
    return [given({ issuer, jwks, uncheckedAudience: unchecked ? true : undefined })]
  })
  const places = new Map(
    jwt.map(([, { credentials }]) => [JSON.stringify(credentials), credentials]),
  )
  if (places.size > 1) {
    unsupported.push('rules.authentication with tokens in several places')
  }
  const [credentials] = places.values()
  const location = credentials && locationOf(credentials)
  const [first] = issuers
  if (first === undefined) return { written: {}, unsupported, notes: [] }
  const notes = unchecked ? ['tokens for other resources are taken, as the annotation says'] : []
  const written =
    issuers.length > 1
      ? { jwtAuth: given({ ...shared, providers: issuers, location }) }
      : {
          mcpAuthentication: given({
            ...first,
            ...shared,
            resourceMetadata: resource,
            authorizationLocation: location,
          }),
        }
  return { written, unsupported, notes }
}

/** Authorino, "API key": Secrets with the labels, the key in `api_key`. */
function keysOf(
  entries: Entries,
  shared: object,
  { cluster, policy }: Pick<IdentityContext, 'cluster' | 'policy'>,
): Part {
  const rules = entries.flatMap(([name, rule]) => (rule.apiKey ? [{ name, rule }] : []))
  if (rules.length === 0) return { written: {}, unsupported: [], notes: [] }
  const unsupported: string[] = []
  const keys = rules.flatMap(({ name, rule: { apiKey } }): readonly WrittenKey[] => {
    const found = cluster
      .all<Secret>('Secret')
      .filter(
        ({ metadata }) =>
          apiKey?.allNamespaces === true || metadata.namespace === policy.metadata.namespace,
      )
      .filter(({ metadata }) => selects(apiKey?.selector ?? {}, metadata.labels))
      .flatMap(secret => keyIn(cluster, secret))
    if (found.length === 0) {
      unsupported.push(`rules.authentication.${name}.apiKey without a Secret that holds an api_key`)
    }
    return found
  })
  const places = new Map(
    rules.map(({ rule: { credentials } }) => [JSON.stringify(credentials), credentials]),
  )
  const [credentials] = places.values()
  const location = credentials && locationOf(credentials)
  if (places.size > 1 || (location !== undefined && !('header' in location))) {
    unsupported.push('rules.authentication with keys elsewhere than in one header')
  }
  const written = { apiKey: given({ ...shared, keys: unique(keys), location }) }
  return { written: keys.length === 0 ? {} : written, unsupported, notes: [] }
}

/** What rules see of the holder is what Authorino shows of the Secret. */
function keyIn(cluster: Cluster, { metadata }: Secret): readonly WrittenKey[] {
  const { namespace = '', name, labels = {}, annotations = {} } = metadata
  const key = secretValue(cluster, { namespace, name }, 'api_key')
  if (key === undefined) return []
  const shown = { metadata: { namespace, name, labels, annotations } }
  return [{ keyHash: hashed(key.reveal().trim()), metadata: shown }]
}

function locationOf(credentials: Credentials): object | undefined {
  const { authorizationHeader, customHeader, queryString, cookie } = credentials
  if (customHeader !== undefined) return { header: { name: customHeader.name } }
  if (queryString !== undefined) return { queryParameter: { name: queryString.name } }
  if (cookie !== undefined) return { cookie: { name: cookie.name } }
  const { prefix = 'Bearer' } = authorizationHeader ?? {}
  if (prefix === 'Bearer') return undefined
  return { header: given({ name: 'authorization', prefix: prefix && `${prefix} ` }) }
}
