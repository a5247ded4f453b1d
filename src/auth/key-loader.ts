import type { KeySource, TokenIssuer } from '../config/snapshot.ts'
import type { Log } from '../observe/log.ts'
import type { ProviderMetadata } from '../providers/discovery.ts'
import type { Fetch } from '../providers/fetch.ts'
import { type KeySet, readKeySet } from './key-set.ts'
import { lifetimeMs } from './lifetime.ts'

export type LoadedKeys = { readonly keys: KeySet; readonly lifetimeMs: number }

/** Gets a fresh key set. Rejects, with a sentence that says what was got, when there is none. */
export type KeyLoader = () => Promise<LoadedKeys>

export type KeyLoaderDeps = {
  readonly fetch: Fetch
  readonly metadata: ProviderMetadata
  readonly now: () => number
  readonly log: Log
}

const TIMEOUT_MS = 5_000
const MAX_BYTES = 512 * 1024

/** Where the keys of an issuer come from: the configuration, a URL, or the issuer's own metadata. */
export function createKeyLoader(issuer: TokenIssuer, deps: KeyLoaderDeps): KeyLoader {
  const source = issuer.keys
  const discovered: KeyLoader = async () =>
    fetchKeySet(await discoveredUrl(issuer, deps.metadata), deps)

  switch (source.kind) {
    case 'inline':
      return async () => ({
        keys: readKeySet(source.jwks),
        lifetimeMs: Number.POSITIVE_INFINITY,
      })
    case 'discovery':
      return discovered
    case 'url':
      return source.fallback
        ? withFallback(issuer, source, deps)
        : () => fetchKeySet(source.url, deps)
  }
}

/**
 * The configured URL, or, where no key set answers there, what the issuer's metadata names. The
 * configuration stays wrong, so one warning says what belongs into it.
 */
function withFallback(
  issuer: TokenIssuer,
  configured: Extract<KeySource, { kind: 'url' }>,
  deps: KeyLoaderDeps,
): KeyLoader {
  let warned = false
  return async () => {
    try {
      return await fetchKeySet(configured.url, deps)
    } catch (problem) {
      const url = await discoveredUrl(issuer, deps.metadata).catch(() => configured.url)
      if (url === configured.url) throw problem
      const loaded = await fetchKeySet(url, deps)
      if (!warned) {
        warned = true
        const { source, line, column } = configured.origin
        const position = [source, line, column].filter(part => part !== undefined).join(':')
        deps.log.warn(
          { issuer: issuer.issuer, configured: configured.url, used: url },
          `${position}: ${textOf(problem)}. The keys come from ${url}, which the metadata of the issuer names: put that URL there`,
        )
      }
      return loaded
    }
  }
}

/** `jwks_uri` of the provider's metadata (RFC 8414 §2), else the endpoint that its profile knows. */
async function discoveredUrl(issuer: TokenIssuer, metadata: ProviderMetadata): Promise<string> {
  const { jwks_uri: url } = await metadata.get()
  if (typeof url !== 'string' || !/^https?:\/\//i.test(url)) {
    throw new TypeError(`the metadata of ${issuer.issuer} names no jwks_uri`)
  }
  return url
}

async function fetchKeySet(url: string, { fetch, now }: KeyLoaderDeps): Promise<LoadedKeys> {
  const { status, headers, body } = await fetch({
    url,
    headers: { accept: 'application/jwk-set+json, application/json' },
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  })
  try {
    if (status !== 200) throw new TypeError(`HTTP status ${status}`)
    return { keys: readKeySet(parse(body)), lifetimeMs: lifetimeMs(headers, now()) }
  } catch (error) {
    throw new TypeError(`${url} does not answer with a key set: ${textOf(error)}`)
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new TypeError('the answer is not JSON')
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
