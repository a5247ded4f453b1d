import { isUtf8 } from 'node:buffer'
import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from './call.ts'
import {
  type Era,
  eraOf,
  LEGACY_VERSIONS,
  META_CLIENT_CAPABILITIES,
  META_VERSION,
  MODERN_VERSIONS,
  NAME_HEADER_METHODS,
  NAME_MEMBER,
} from './eras.ts'
import type { CallFailure, CallFailureKind } from './failure.ts'
import { decodeHeaderValue } from './header-value.ts'
import { elementsAt } from './json-text.ts'
import { isObject, kindOf, type Message, type MessageKind } from './message.ts'
import { misreading } from './misreading.ts'

/** What is known of a POST while it climbs the ladder. */
type Draft = {
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly text: string
  parsed?: unknown
  kind?: MessageKind | 'batch'
  era?: Era
  version?: string | undefined
}

type Rung = {
  readonly name: string
  /** The failures that this rung can answer. */
  readonly kinds: readonly CallFailureKind[]
  readonly check: (draft: Draft) => CallFailure | undefined
}

/**
 * The checks of a POSTed message in the order in which they are made; a message that fails several is
 * answered by the first. Sources: spec 2025-11-25 basic/transports, spec 2026-07-28
 * basic/transports/streamable-http (Server Validation) and basic/index#meta, SEP-2243.
 *
 * The body decides the era, as the official SDK has it: a message whose `_meta` names a version is
 * modern, `initialize` and everything else without such a claim is legacy. The header is
 * held against it. The first rung that needs the body comes after authentication (see the gate).
 */
export const LADDER: readonly Rung[] = [
  { name: 'media type', kinds: ['unsupported_media_type'], check: checkMediaType },
  { name: 'accept', kinds: ['not_acceptable'], check: checkAccept },
  { name: 'json', kinds: ['parse_error'], check: checkJson },
  { name: 'message', kinds: ['invalid_request'], check: checkMessage },
  { name: 'member spelling', kinds: ['invalid_request'], check: checkSpelling },
  { name: 'era', kinds: ['invalid_params', 'header_mismatch'], check: decideEra },
  { name: 'version', kinds: ['unsupported_version'], check: checkVersion },
  { name: 'mirrored headers', kinds: ['header_mismatch'], check: checkMirrors },
]

/**
 * Turns a POST into a call of one era.
 *
 * Does not check: whether the method exists, the parameters of a method, `Mcp-Param-*` headers (only
 * the server knows the tool's schema), the session.
 */
export function classify(headers: IncomingHttpHeaders, body: Buffer): Call | CallFailure {
  const draft: Draft = { headers, body, text: body.toString('utf8') }
  for (const rung of LADDER) {
    const failure = rung.check(draft)
    if (failure !== undefined) return failure
  }
  const { kind = 'request', era = 'legacy', version, text } = draft
  const message = (kind === 'batch' ? {} : draft.parsed) as Message
  const method = message.method ?? ''
  return {
    era,
    kind,
    method,
    name: nameOf(method, message.params),
    id: message.id,
    version,
    message,
    body,
    text,
    headers,
    session: era === 'legacy' ? single(headers['mcp-session-id']) : undefined,
    acceptsStream: headers.accept === BOTH || listsMediaType(headers.accept, 'text/event-stream'),
  }
}

/** Tells a refusal from a call. */
export function isCallFailure(outcome: Call | CallFailure): outcome is CallFailure {
  return 'detail' in outcome
}

/** The name that a method's parameters carry, if the method has one and it is a string. */
export function nameOf(method: string, params: Message['params']): string | undefined {
  const member = NAME_MEMBER.get(method)
  const value = member === undefined ? undefined : params?.[member]
  return typeof value === 'string' ? value : undefined
}

function checkMediaType({ headers }: Draft): CallFailure | undefined {
  const coding = headers['content-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'identity')
    return {
      kind: 'unsupported_media_type',
      detail: `Content-Encoding is ${coding}, the body is taken as it is only`,
    }
  const got = headers['content-type'] ?? ''
  if (mediaType(got) === 'application/json') return undefined
  return {
    kind: 'unsupported_media_type',
    detail:
      got === ''
        ? 'Content-Type is missing, application/json is needed'
        : `Content-Type is ${got}, application/json is needed`,
  }
}

function checkAccept({ headers }: Draft): CallFailure | undefined {
  const accept = headers.accept
  if (
    accept === undefined ||
    accept === BOTH ||
    ACCEPTABLE.some(type => listsMediaType(accept, type))
  )
    return undefined
  return {
    kind: 'not_acceptable',
    detail: `Accept is ${accept}, MCP answers with application/json and text/event-stream`,
  }
}

/** What clients are told to send, and do. Looking at it first costs less than taking it apart. */
const BOTH = 'application/json, text/event-stream'

const ACCEPTABLE = ['application/json', 'text/event-stream', '*/*', 'application/*', 'text/*']

/** What stands in a text for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd'

function checkJson(draft: Draft): CallFailure | undefined {
  const { body, text } = draft
  if (body.length === 0) return { kind: 'parse_error', detail: 'the body is empty' }
  // A server that drops such bytes would read another name than the rules do.
  if (text.includes(REPLACEMENT) && !isUtf8(body))
    return { kind: 'parse_error', detail: 'the body is not UTF-8, which JSON has to be' }
  try {
    draft.parsed = JSON.parse(text)
    return undefined
  } catch (error) {
    return { kind: 'parse_error', detail: `the body is not JSON: ${(error as Error).message}` }
  }
}

function checkMessage(draft: Draft): CallFailure | undefined {
  const { parsed } = draft
  if (Array.isArray(parsed)) {
    draft.kind = 'batch'
    const bad = parsed.findIndex(
      element => kindOf(element) === undefined || claimedVersion(element) !== undefined,
    )
    if (parsed.length > 0 && bad === -1) return undefined
    return {
      kind: 'invalid_request',
      detail:
        parsed.length === 0
          ? 'the batch is empty'
          : `element ${bad} of the batch is no JSON-RPC message of a revision that has batches`,
    }
  }
  const kind = kindOf(parsed)
  if (kind === undefined)
    return {
      kind: 'invalid_request',
      detail: 'the body is no JSON-RPC 2.0 request, notification or response',
    }
  draft.kind = kind
  return undefined
}

function checkSpelling({ text, parsed, kind }: Draft): CallFailure | undefined {
  if (kind !== 'batch') return misreading(text, parsed as Record<string, unknown>)
  const elements = parsed as readonly Record<string, unknown>[]
  return firstOf(elementsAt(text, []), (one, index) => misreading(one, elements[index] ?? {}))
}

function firstOf<T, R>(
  items: readonly T[],
  check: (item: T, index: number) => R | undefined,
): R | undefined {
  for (const [index, item] of items.entries()) {
    const found = check(item, index)
    if (found !== undefined) return found
  }
  return undefined
}

function decideEra(draft: Draft): CallFailure | undefined {
  const header = single(draft.headers['mcp-protocol-version'])
  if (draft.kind === 'batch' || draft.kind === 'response') return setEra(draft, 'legacy', header)
  const message = draft.parsed as Message
  const claim = claimedVersion(message)
  if (claim === undefined && META_VERSION in metaOf(message)) return missingEnvelope([META_VERSION])
  const headerIsModern = header !== undefined && eraOf(header) === 'modern'
  if (claim === undefined) {
    if (!headerIsModern) return setEra(draft, 'legacy', header)
    if (message.method === 'initialize')
      return mismatch('MCP-Protocol-Version', header, 'initialize, which no modern revision has')
    if (draft.kind === 'notification') return setEra(draft, 'modern', header)
    return missingEnvelope(
      [META_VERSION, META_CLIENT_CAPABILITIES].filter(key => !(key in metaOf(message))),
    )
  }
  if (draft.kind === 'request' && !isObject(metaOf(message)[META_CLIENT_CAPABILITIES]))
    return missingEnvelope([META_CLIENT_CAPABILITIES])
  if (header !== claim && (header !== undefined || draft.kind === 'request')) {
    return mismatch('MCP-Protocol-Version', header, `protocol version ${claim}`)
  }
  return setEra(draft, 'modern', claim)
}

function setEra(draft: Draft, era: Era, version: string | undefined): undefined {
  draft.era = era
  draft.version = version
}

function checkVersion({ era, version, parsed }: Draft): CallFailure | undefined {
  if (version === undefined) return undefined
  const supported = era === 'modern' ? MODERN_VERSIONS : LEGACY_VERSIONS
  if (supported.includes(version)) return undefined
  // Here the version is negotiated in the body; what the header says does not matter yet.
  if (isObject(parsed) && parsed.method === 'initialize') return undefined
  return {
    kind: 'unsupported_version',
    detail: `Unsupported protocol version ${version}`,
    data: { supported, requested: version },
  }
}

function checkMirrors({ era, kind, headers, parsed }: Draft): CallFailure | undefined {
  if (era !== 'modern') return undefined
  const message = parsed as Message
  const method = single(headers['mcp-method'])
  if (method !== message.method && (method !== undefined || kind === 'request')) {
    return mismatch('Mcp-Method', method, `method ${message.method}`)
  }
  const wanted = nameOf(message.method ?? '', message.params)
  const header = single(headers['mcp-name'])
  if (wanted === undefined || kind !== 'request') return undefined
  if (header === undefined) {
    return NAME_HEADER_METHODS.has(message.method ?? '')
      ? mismatch('Mcp-Name', undefined, `name ${wanted}`)
      : undefined
  }
  return decodeHeaderValue(header) === wanted
    ? undefined
    : mismatch('Mcp-Name', header, `name ${wanted}`)
}

function mismatch(header: string, got: string | undefined, body: string): CallFailure {
  return {
    kind: 'header_mismatch',
    detail:
      got === undefined
        ? `Header mismatch: ${header} is missing, the body has ${body}`
        : `Header mismatch: ${header} is ${got}, the body has ${body}`,
    data: { header, got: got ?? null },
  }
}

function missingEnvelope(missing: readonly string[]): CallFailure {
  return {
    kind: 'invalid_params',
    detail: `Invalid params: params._meta lacks ${missing.join(' and ')}, which every request of this revision carries`,
    data: { missing },
  }
}

function metaOf(message: Message): Record<string, unknown> {
  const meta = message.params?._meta
  return isObject(meta) ? meta : {}
}

function claimedVersion(message: unknown): string | undefined {
  const value = isObject(message) ? metaOf(message as Message)[META_VERSION] : undefined
  return typeof value === 'string' ? value : undefined
}

function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value
}

function mediaType(value: string): string {
  const end = value.indexOf(';')
  return (end === -1 ? value : value.slice(0, end)).trim().toLowerCase()
}

/** True when an Accept header lists this media type or range literally, with a weight above 0. */
export function listsMediaType(accept: string | undefined, wanted: string): boolean {
  if (accept === undefined) return false
  return accept
    .split(',')
    .some(range => mediaType(range) === wanted && !/;\s*q=0(\.0*)?\s*(;|$)/i.test(range))
}
