import type { IncomingMessage } from 'node:http'
import { normalPath } from './path.ts'

/** Where a request is addressed to, after every check of RFC 9112 §3.2. */
export type RequestTarget = {
  /** Host name in lower case, without port and final dot; brackets around IPv6. Empty: HTTP/1.0 without Host. */
  readonly host: string
  /** Host name as above with the port, if one was sent. */
  readonly authority: string
  /** Normal form (`normalPath`), or `*`. */
  readonly path: string
  /** As sent, without the `?`; empty when there is none. */
  readonly query: string
}

const authorityForm = /^(\[[0-9a-f:.]+\]|[a-z0-9_-][a-z0-9._-]*)(?::([0-9]{1,5}))?$/
const absoluteForm = /^https?:\/\/([^/?#]*)([^#]*)$/i
const brokenEscape = /%(?![0-9A-Fa-f]{2})/

/**
 * Reads request line and Host. Out: the target, or a sentence that says why the request has to be refused
 * with 400: no, two or a malformed Host (user information included), an absolute target that names
 * another host, a fragment, a broken escape. Does not check that the host is one of ours.
 */
export function requestTarget(req: IncomingMessage): RequestTarget | string {
  if (hostCount(req.rawHeaders) > 1) return 'the request carries more than one Host header'
  const field = req.headers.host?.toLowerCase()
  if (field === undefined && req.httpVersion !== '1.0') return 'the request carries no Host header'
  const named = field === undefined ? noHost : parseAuthority(field)
  if (named === undefined) return 'the Host header is no host name with optional port'

  let target = req.url ?? ''
  if (target.charCodeAt(0) !== 47 && target !== '*') {
    const absolute = absoluteForm.exec(target)
    if (absolute === null) return 'the request target is neither a path nor an http URL'
    if (absolute[1]?.toLowerCase() !== field) return 'request target and Host name different hosts'
    const rest = absolute[2] ?? ''
    target = rest.startsWith('/') ? rest : `/${rest}`
  }
  if (target === '*' && req.method !== 'OPTIONS') return 'the target * is for OPTIONS only'
  if (target.includes('#')) return 'the request target carries a fragment'

  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  if (path.includes('%') && brokenEscape.test(path)) return 'the path has a % that is no escape'
  return {
    host: named.host,
    authority: named.authority,
    path: normalPath(path),
    query: mark === -1 ? '' : target.slice(mark + 1),
  }
}

const noHost = { host: '', authority: '' }

function parseAuthority(field: string): { host: string; authority: string } | undefined {
  const parts = field.length > 260 ? null : authorityForm.exec(field)
  const name = parts?.[1]
  if (name === undefined) return undefined
  const host = name.endsWith('.') ? name.slice(0, -1) : name
  return { host, authority: parts?.[2] === undefined ? host : `${host}:${parts[2]}` }
}

// node keeps the first of several Host headers and says nothing about the others.
function hostCount(rawHeaders: readonly string[]): number {
  let count = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}
