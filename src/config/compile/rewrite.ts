import type { Locate } from '../resource.ts'
import type {
  AuthorityConfig,
  PathRewriteConfig,
  RequestRedirectPolicy,
  UrlRewritePolicy,
} from '../schema/rewrite.ts'
import type {
  AuthorityRewrite,
  HttpBackend,
  Match,
  PathRewrite,
  RedirectBackend,
} from '../snapshot.ts'
import type { Report } from './report.ts'

/** @param matches of the route; a prefix can only be replaced where there is one */
export function compileRedirect(
  { scheme, authority, path, status = 302 }: RequestRedirectPolicy,
  matches: readonly Match[],
  locate: Locate,
  report: Report,
): RedirectBackend {
  return {
    kind: 'redirect',
    scheme,
    authority: authority && compileAuthority(authority),
    path: path && compilePathRewrite(path, matches, locate, report),
    status,
  }
}

export function compileUrlRewrite(
  { authority = 'auto', path }: UrlRewritePolicy,
  matches: readonly Match[],
  locate: Locate,
  report: Report,
): Pick<HttpBackend, 'host' | 'path'> {
  return {
    host: typeof authority === 'string' ? HOSTS[authority] : compileAuthority(authority),
    path: path && compilePathRewrite(path, matches, locate, report),
  }
}

const HOSTS = { auto: 'own', none: 'client' } as const

function compileAuthority({ full, host, port }: AuthorityConfig): AuthorityRewrite {
  if (full === undefined) return { host, port }
  const [, name = full, digits] = /^(.*?)(?::(\d+))?$/.exec(full) ?? []
  return { host: name, port: digits === undefined ? 'none' : Number(digits) }
}

function compilePathRewrite(
  { full, prefix }: PathRewriteConfig,
  matches: readonly Match[],
  locate: Locate,
  report: Report,
): PathRewrite {
  if (full !== undefined || prefix === undefined) return { kind: 'full', value: full ?? '/' }
  const prefixes = new Set(matches.map(({ path }) => (path.kind === 'prefix' ? path.value : '')))
  const [only = '/'] = prefixes
  if (prefixes.size !== 1 || only === '') {
    report.error(
      locate('path', 'prefix'),
      'a prefix is replaced, and the matches of the route do not have one and the same',
      'Match by one pathPrefix, or give path: {full: /…}',
    )
  }
  return { kind: 'prefix', prefix: only, value: prefix }
}
