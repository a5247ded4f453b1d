import type { ServerResponse } from 'node:http'
import { challenge } from '../auth/challenge.ts'
import type { Refusal, Refusals } from '../config/snapshot.ts'
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
  /** How the route wants to answer those who are not let in. */
  readonly refusals?: Refusals | undefined
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
  const refusal = refusalOf(failure, context.refusals)
  const status = refusal?.status ?? wire.status
  const isChallenged = wire.oauth !== undefined || refusal?.challenge !== undefined
  // A call that lacks scopes was understood, so it has an id that its client waits for.
  const isCall = wire.oauth === undefined || wire.oauth === 'insufficient_scope'
  const usual = isCall ? failureText(failure, context.id) : oauthBody(failure, context)
  const body = refusal?.body ?? usual
  const headers = [
    ...(refusal?.body === undefined ? ['content-type', 'application/json'] : []),
    'content-length',
    String(Buffer.byteLength(body)),
    'cache-control',
    'no-store',
  ]
  if (context.headers !== undefined) headers.push(...context.headers)
  if ('headers' in failure && failure.headers !== undefined) headers.push(...failure.headers)
  const retryAfter = 'retryAfter' in failure ? failure.retryAfter : wire.retryAfter
  if (retryAfter !== undefined) headers.push('retry-after', String(retryAfter))
  if (refusal !== undefined) headers.push(...refusal.headers)
  if (isChallenged && context.protection !== undefined) {
    const { protection } = context
    const { resourceMetadata = protection.resourceMetadata, realm } = refusal?.challenge ?? {}
    const scopes = scopesOf(failure) ?? refusal?.challenge?.scopes ?? protection.scopes
    // RFC 6750 §3.1: a token that is good, and not good enough.
    const named = wire.oauth === undefined ? undefined : failure
    headers.push('www-authenticate', challenge({ resourceMetadata, scopes, realm, failure: named }))
  }
  res.writeHead(status, headers)
  res.end(body)
}

function refusalOf(failure: Failure, refusals: Refusals | undefined): Refusal | undefined {
  if (refusals === undefined) return undefined
  if (failure.kind === 'forbidden') return refusals.unauthorized
  const { status, oauth } = FAILURES[failure.kind]
  return status === 401 && oauth !== undefined ? refusals.unauthenticated : undefined
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
