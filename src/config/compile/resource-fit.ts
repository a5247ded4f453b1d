import { RE2JS } from 're2js'
import { hostFits } from '../hostname.ts'
import { isLoopback } from '../loopback.ts'
import type { Match, Route } from '../snapshot.ts'
import { hostnamesOf, type Surroundings } from './public-origins.ts'
import type { Report } from './report.ts'

/**
 * Warns of a `resource` that the route does not answer at. Clients compare the resource with the URL that
 * they were given (RFC 9728 §3.3) and give up when it is another.
 */
export function checkResourceFit(
  surroundings: Surroundings,
  route: Pick<Route, 'matches' | 'path'>,
  report: Report,
): void {
  const { resource } = surroundings
  if (resource === undefined) return
  const url = new URL(resource)
  const misfit = hostMisfit(url, surroundings) ?? pathMisfit(url, route)
  if (misfit === undefined) return
  const { policies = {} } = surroundings.route
  const policy = policies.mcpAuthentication === undefined ? 'jwtAuth' : 'mcpAuthentication'
  report.warn(
    surroundings.route.locate('policies', policy, 'resourceMetadata', 'resource'),
    `the resource ${resource} fits ${misfit}`,
    'It has to be the URL that clients connect to',
  )
}

function hostMisfit(url: URL, surroundings: Surroundings): string | undefined {
  const { bind, listener, route, publicUrl } = surroundings
  const configured = route.publicUrl ?? listener.publicUrl ?? publicUrl
  if (configured !== undefined) {
    return configured === url.origin ? undefined : `no listener: publicUrl is ${configured}`
  }
  const names = hostnamesOf(listener, route)
  if (names.length > 0 && !names.some(name => hostFits(url.hostname, name))) {
    return `no listener: the route is for ${names.join(', ')}`
  }
  // A proxy may stand before any other name and map ports and schemes.
  if (!isLoopback(url.hostname)) return undefined
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port)
  return port === bind.port ? undefined : `no listener: the port is ${bind.port}`
}

function pathMisfit(url: URL, route: Pick<Route, 'matches' | 'path'>): string | undefined {
  const fits = route.matches.some(match => pathFits(url.pathname, match.path))
  return fits ? undefined : `no route: this one is at ${route.path}`
}

function pathFits(path: string, { kind, value }: Match['path']): boolean {
  if (kind === 'exact') return path === value
  if (kind === 'regex') return RE2JS.compile(value).matches(path)
  return value === '/' || path === value || path.startsWith(`${value}/`)
}
