import type { ServerResponse } from 'node:http'
import { challenge } from '../auth/challenge.ts'
import { FAILURES, type Failure } from './failure.ts'

/** What a failure needs to know of the request that it answers. */
export type ReplyContext = {
  /** JSON text of the id of the message; undefined: none is known. */
  readonly id?: string | undefined
  /** Of a protected route: where its metadata lies and which scopes it asks for. */
  readonly protection?: {
    readonly resourceMetadata: string | undefined
    readonly scopes: readonly string[]
  }
  /** More headers, as a flat list of names and values. */
  readonly headers?: readonly string[]
}

/**
 * Answers with a failure; the one place where failures become HTTP. What has to do with credentials is
 * answered in the form of OAuth (RFC 6750), everything else as a JSON-RPC error, with the id of the
 * message where one was read. When the answer has begun already, the connection is cut instead.
 */
export function replyFailure(
  res: ServerResponse,
  failure: Failure,
  context: ReplyContext = {},
): void {
  if (res.headersSent || res.destroyed) {
    res.destroy()
    return
  }
  const wire = FAILURES[failure.kind]
  const isChallenged = wire.oauth !== undefined
  // A call that lacks scopes was understood, so it has an id that its client waits for.
  const isCall = !isChallenged || wire.oauth === 'insufficient_scope'
  const body = isCall ? failureText(failure, context.id) : oauthBody(failure, context)
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
  ]
  if (context.headers !== undefined) headers.push(...context.headers)
  if ('headers' in failure && failure.headers !== undefined) headers.push(...failure.headers)
  const retryAfter = 'retryAfter' in failure ? failure.retryAfter : wire.retryAfter
  if (retryAfter !== undefined) headers.push('retry-after', String(retryAfter))
  if (isChallenged && context.protection !== undefined) {
    const { resourceMetadata } = context.protection
    const scopes = scopesOf(failure) ?? context.protection.scopes
    headers.push('www-authenticate', challenge({ resourceMetadata, scopes, failure }))
  }
  res.writeHead(wire.status, headers)
  res.end(body)
}

/** A failure as a JSON-RPC error. */
export function failureText(failure: Failure, id: string | undefined): string {
  const { code } = FAILURES[failure.kind]
  const data = 'data' in failure ? failure.data : undefined
  const error = JSON.stringify({
    code,
    message: failure.detail,
    ...(data === undefined ? {} : { data }),
  })
  return id === undefined
    ? `{"jsonrpc":"2.0","error":${error}}`
    : `{"jsonrpc":"2.0","id":${id},"error":${error}}`
}

/** Those of the failed operation itself, where they are known. */
function scopesOf(failure: Failure): readonly string[] | undefined {
  return 'scopes' in failure ? failure.scopes : undefined
}

/** The header has room for the reason alone; here is also what the operator may change. */
function explained(failure: Failure): string {
  const hint = 'hint' in failure ? failure.hint : undefined
  return hint === undefined ? failure.detail : `${failure.detail}. To the operator: ${hint}`
}

function oauthBody(failure: Failure, { protection }: ReplyContext): string {
  return JSON.stringify({
    error: FAILURES[failure.kind].oauth ?? 'unauthorized',
    error_description: explained(failure),
    resource_metadata: protection?.resourceMetadata,
  })
}
