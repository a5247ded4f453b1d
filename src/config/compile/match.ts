import type { MatchConfig, NamedMatchConfig, PathMatchConfig } from '../schema/match.ts'
import type { Match, ValueMatch } from '../snapshot.ts'

/** The matches of a route; without any it takes everything. */
export function compileMatches(configs: readonly MatchConfig[] = []): readonly Match[] {
  return (configs.length === 0 ? [{}] : configs).map(({ path, method, headers, query }) => ({
    path: compilePath(path),
    method,
    headers: (headers ?? []).map(compileValue),
    query: (query ?? []).map(compileValue),
  }))
}

/**
 * The path that stands for a route: of its first exact or prefix match. Matches below /.well-known
 * do not count: agentgateway needs them for the documents that Portcullis serves by itself.
 */
export function routePath(matches: readonly Match[]): string {
  const path = matches
    .map(match => match.path)
    .find(({ kind, value }) => kind !== 'regex' && !/^\/\.well-known(\/|$)/.test(value))
  return path?.value ?? '/'
}

function compilePath({ exact, pathPrefix, regex }: PathMatchConfig = {}): Match['path'] {
  if (exact !== undefined) return { kind: 'exact', value: exact }
  if (regex !== undefined) return { kind: 'regex', value: regex }
  const prefix = (pathPrefix ?? '/').replace(/\/+$/, '')
  return { kind: 'prefix', value: prefix === '' ? '/' : prefix }
}

function compileValue({ name, value: { exact, regex } }: NamedMatchConfig): ValueMatch {
  return regex === undefined
    ? { name, kind: 'exact', value: exact ?? '' }
    : { name, kind: 'regex', value: regex }
}
