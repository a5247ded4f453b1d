import type { ServerResponse } from 'node:http'
import { challenge } from '../auth/challenge.ts'
import type { AuthFailure } from '../auth/failure.ts'
import { FAILURES, type Failure } from './failure.ts'

/** What a failure needs to know of the request that it answers. */
export type ReplyContext = {
  /** JSON text of the id of the message; undefined: none is known. */
  readonly id?: string | undefined
  /** Of a protected route: where its metadata lies and which scopes it asks for. */
  readonly protection?: { readonly resourceMetadata: string; readonly scopes: readonly string[] }
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
  const isOAuth = wire.oauth !== undefined
  const body = isOAuth ? oauthBody(failure, context) : failureText(failure, context.id)
  const headers = [
    'content-type',
    'application/json',
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
  ]
  if (context.headers !== undefined) headers.push(...context.headers)
  if (wire.retryAfter !== undefined) headers.push('retry-after', String(wire.retryAfter))
  if (isOAuth && context.protection !== undefined) {
    headers.push(
      'www-authenticate',
      challenge({ ...context.protection, failure: failure as AuthFailure }),
    )
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

function oauthBody(failure: Failure, { protection }: ReplyContext): string {
  return JSON.stringify({
    error: FAILURES[failure.kind].oauth ?? 'unauthorized',
    error_description: failure.detail,
    resource_metadata: protection?.resourceMetadata,
  })
}
