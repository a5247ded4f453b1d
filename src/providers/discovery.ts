import type { Fetch } from './fetch.ts'
import { namesIssuer } from './issuer.ts'
import type { DiscoveryForm, ProviderEndpoints, ProviderProfile } from './profile.ts'

/** The metadata document of one provider (RFC 8414, OpenID Connect Discovery), fetched when it is needed. */
export type ProviderMetadata = {
  /**
   * The document, with endpoints that the profile knows and it leaves out. Rejects with
   * `ProviderMetadataError` while it has never been read; later failures keep the last one.
   */
  get(): Promise<Readonly<Record<string, unknown>>>
}

/** Says of every place that was looked into why there was no document. */
export class ProviderMetadataError extends Error {
  override readonly name = 'ProviderMetadataError'
  readonly attempts: readonly string[]

  constructor(issuer: string, attempts: readonly string[]) {
    super(`no metadata of ${issuer} could be read: ${attempts.join('; ')}`)
    this.attempts = attempts
  }
}

type Dependencies = {
  readonly fetch: Fetch
  /** Milliseconds since 1970. */
  now(): number
  readonly log: {
    debug(fields: object, message: string): void
    warn(fields: object, message: string): void
  }
}

type Document = { readonly members: Readonly<Record<string, unknown>>; readonly freshMs: number }

const MINUTE = 60_000
const SHORTEST = MINUTE
const LONGEST = 24 * 60 * MINUTE
/** Where Cache-Control says nothing, or forbids caching, as Keycloak does. */
const USUAL = 10 * MINUTE
/** Between attempts after a failure, so that a provider that is down is not asked for every request. */
const COOL_DOWN = 5_000

const wellKnown: Readonly<Record<DiscoveryForm, (origin: string, path: string) => string>> = {
  oauth: (origin, path) => `${origin}/.well-known/oauth-authorization-server${path}`,
  'oidc-inserted': (origin, path) => `${origin}/.well-known/openid-configuration${path}`,
  oidc: (origin, path) => `${origin}${path}/.well-known/openid-configuration`,
  'oauth-appended': (origin, path) => `${origin}${path}/.well-known/oauth-authorization-server`,
}

/**
 * Looks for the metadata of `issuer` in the forms of the profile, in order; the first document that
 * names the right issuer counts. Nothing is fetched before the first `get()`; one fetch runs at a
 * time; an old document is answered while a new one is fetched in the background.
 *
 * @param issuer absolute URL as configured
 */
export function createProviderMetadata(
  issuer: string,
  profile: ProviderProfile,
  { fetch, now, log }: Dependencies,
): ProviderMetadata {
  let document: Document | undefined
  let staleAt = 0
  let failure: ProviderMetadataError | undefined
  let running: Promise<Document> | undefined

  async function load(): Promise<Document> {
    try {
      document = await discover(issuer, profile, fetch)
      staleAt = now() + document.freshMs
      failure = undefined
      log.debug({ issuer }, 'provider metadata read')
      return document
    } catch (error) {
      staleAt = now() + COOL_DOWN
      failure = error as ProviderMetadataError
      log.warn({ issuer, attempts: failure.attempts }, 'provider metadata could not be read')
      throw failure
    } finally {
      running = undefined
    }
  }

  return {
    async get() {
      const stale = now() >= staleAt
      if (document === undefined && failure !== undefined && !stale) throw failure
      if (stale) running ??= load()
      if (document === undefined) return (await (running ?? load())).members
      // The last document is good enough until the next one is there; `load` has logged a failure.
      running?.catch(() => undefined)
      return document.members
    },
  }
}

async function discover(issuer: string, profile: ProviderProfile, fetch: Fetch): Promise<Document> {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  const known = knownEndpoints(profile.endpoints, { issuer: origin + path, origin })
  if (profile.discovery.length === 0) {
    return { members: { issuer, ...known }, freshMs: LONGEST }
  }
  const attempts: string[] = []
  // For an issuer without a path the inserted and the appended forms are the same URL.
  for (const url of new Set(profile.discovery.map(form => wellKnown[form](origin, path)))) {
    try {
      const answer = await fetch({ url, headers: { accept: 'application/json' } })
      const members = answer.status === 200 ? readDocument(answer.body) : undefined
      if (members === undefined) {
        attempts.push(
          `${url} answered ${answer.status}${answer.status === 200 ? ' without JSON' : ''}`,
        )
      } else if (!namesIssuer(profile, issuer, members.issuer)) {
        attempts.push(
          `${url} names the issuer ${JSON.stringify(members.issuer)}: configure exactly that one if it is meant`,
        )
      } else {
        return { members: { ...known, ...members }, freshMs: freshness(answer.headers) }
      }
    } catch (error) {
      attempts.push(`${url}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new ProviderMetadataError(issuer, attempts)
}

const memberNames: Readonly<Record<keyof ProviderEndpoints, string>> = {
  authorization: 'authorization_endpoint',
  token: 'token_endpoint',
  jwks: 'jwks_uri',
  registration: 'registration_endpoint',
  revocation: 'revocation_endpoint',
  introspection: 'introspection_endpoint',
}

function knownEndpoints(
  endpoints: ProviderEndpoints,
  { issuer, origin }: { readonly issuer: string; readonly origin: string },
): Record<string, string> {
  const known: Record<string, string> = {}
  for (const [name, member] of Object.entries(memberNames)) {
    const template = endpoints[name as keyof ProviderEndpoints]
    if (template === undefined) continue
    known[member] = template.replace('{issuer}', issuer).replace('{origin}', origin)
  }
  return known
}

function readDocument(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function freshness(headers: Readonly<Record<string, string>>): number {
  const control = headers['cache-control'] ?? ''
  const seconds = /(?:^|[\s,])max-age="?(\d{1,9})/i.exec(control)?.[1]
  if (seconds === undefined || /no-cache|no-store/i.test(control)) return USUAL
  return Math.min(LONGEST, Math.max(SHORTEST, Number(seconds) * 1000))
}
