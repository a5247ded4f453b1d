import type { AuthorityRewrite, PathRewrite } from '../config/snapshot.ts'

/**
 * The path that takes the place of one in normal form (Gateway API, HTTPPathModifier). Of a prefix, whole segments
 * are replaced, and what comes after them stays.
 */
export function rewritePath(path: string, rewrite: PathRewrite): string {
  if (rewrite.kind === 'full') return rewrite.value
  const { prefix, value } = rewrite
  const rest = path.slice(prefix === '/' ? 0 : prefix.length)
  if (rest === '') return value
  return value.replace(/\/+$/, '') + rest
}

/** Host and port that take the place of those that a client used. */
export function rewriteAuthority(
  authority: string,
  { host, port }: AuthorityRewrite,
): { readonly host: string; readonly port: string | undefined } {
  const [, name = authority, digits] = /^(.*?)(?::(\d+))?$/.exec(authority) ?? []
  const newPort = port === undefined ? digits : port === 'none' ? undefined : String(port)
  return { host: host ?? name, port: newPort }
}
