import type { Route } from '../config/snapshot.ts'
import type { Log } from '../observe/log.ts'
import type { Fetch } from '../providers/fetch.ts'
import type { WellKnown } from './endpoints.ts'
import { issuerUrl } from './public-url.ts'
import type { TargetDocument } from './served-route.ts'

/**
 * Reads the well-known documents of the one target of a passthrough route: `/.well-known/X{route path}`
 * is `/.well-known/X{target path}` there (RFC 9728 §3.1, RFC 8414 §3.1), or has the same place as here:
 * servers that know their public URL go by its path. The root form is looked for at the root first.
 * Nothing is kept: they are read once per login.
 *
 * @returns undefined: the target has none, or cannot be reached
 */
export function targetDocuments(
  route: Route,
  { fetch, log }: { readonly fetch: Fetch; readonly log: Log },
): (document: WellKnown, root: boolean) => Promise<TargetDocument | undefined> {
  const transport = route.backend.kind === 'mcp' ? route.backend.targets[0]?.transport : undefined
  const target = transport?.kind === 'http' ? new URL(transport.url) : undefined
  const paths = [...new Set([target?.pathname ?? '', route.path])]
  let warned = false

  const read = async (document: WellKnown, url: string): Promise<TargetDocument | undefined> => {
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

  return async (document, root) => {
    if (target === undefined) return undefined
    for (const path of root ? ['', ...paths] : paths) {
      const url = issuerUrl(`${target.origin}/.well-known/${document}`, path)
      const found = await read(document, url)
      if (found !== undefined) return found
    }
    return undefined
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
