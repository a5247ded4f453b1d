import type { MatchConfig, NamedMatchConfig } from '../../config/schema/match.ts'
import type { RouteMatch, ValueMatch } from './gateway-api.ts'

/** A match of a rule as a file writes it, for the schema to check. HTTPRouteMatch: without a path, all. */
export function toMatch({ path, method, headers, queryParams }: RouteMatch): MatchConfig {
  const value = path?.value ?? '/'
  return {
    path: { [PATHS[path?.type ?? 'PathPrefix'] ?? 'exact']: value },
    ...(method === undefined ? {} : { method }),
    // "only the first entry with an equivalent name MUST be considered"
    headers: firstOfName(headers ?? [], name => name.toLowerCase()).map(toValue),
    query: firstOfName(queryParams ?? [], name => name).map(toValue),
  }
}

const PATHS: Readonly<Record<string, 'exact' | 'pathPrefix' | 'regex'>> = {
  Exact: 'exact',
  PathPrefix: 'pathPrefix',
  RegularExpression: 'regex',
}

function firstOfName(
  matches: readonly ValueMatch[],
  normal: (name: string) => string,
): readonly ValueMatch[] {
  const names = matches.map(({ name }) => normal(name))
  return matches.filter(({ name }, index) => names.indexOf(normal(name)) === index)
}

function toValue({ type, name, value }: ValueMatch): NamedMatchConfig {
  return { name, value: type === 'RegularExpression' ? { regex: value } : { exact: value } }
}
