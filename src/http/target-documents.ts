import type { Route } from '../config/snapshot.ts'
import type { Log } from '../observe/log.ts'
import type { Fetch } from '../providers/fetch.ts'
import type { WellKnown } from './endpoints.ts'
import { issuerUrl } from './public-url.ts'
import type { TargetDocument } from './served-route.ts'

/**
 * Reads the well-known documents of the one target of a passthrough route: `/.well-known/X{route path}`
 * is `/.well-known/X{target path}` there (RFC 9728 §3.1, RFC 8414 §3.1). Nothing is kept: they are read
 * once per login.
 *
 * @returns undefined: the target has none, or cannot be reached
 */
export function targetDocuments(
  route: Route,
  { fetch, log }: { readonly fetch: Fetch; readonly log: Log },
): (document: WellKnown) => Promise<TargetDocument | undefined> {
  const transport = route.backend.kind === 'mcp' ? route.backend.targets[0]?.transport : undefined
  const target = transport?.kind === 'http' ? new URL(transport.url) : undefined
  let warned = false

  return async document => {
    if (target === undefined) return undefined
    const url = issuerUrl(`${target.origin}/.well-known/${document}`, target.pathname)
    try {
      const { status, body } = await fetch({ url, headers: { accept: 'application/json' } })
      if (status !== 200) return undefined
      const resource = document === 'oauth-protected-resource' ? resourceOf(body) : undefined
      const known = route.publicOrigins.map(origin => issuerUrl(origin, route.path))
      if (resource !== undefined && !known.includes(issuerUrl(resource, '')) && !warned) {
        warned = true
        log.warn(
          { route: route.id, resource, wanted: known[0] },
          'the MCP server names another resource than the URL that clients use; most of them will refuse to log in',
        )
      }
      return { status, body }
    } catch (error) {
      log.warn(
        { route: route.id, url, error: (error as Error).message },
        'a well-known document of the target cannot be read',
      )
      return undefined
    }
  }
}

function resourceOf(body: string): string | undefined {
  try {
    const { resource } = JSON.parse(body) as { resource?: unknown }
    return typeof resource === 'string' ? resource : undefined
  } catch {
    return undefined
  }
}
