import { LEGACY_VERSIONS, MODERN_VERSIONS } from './eras.ts'
import type { CallFailure } from './failure.ts'
import { CODE, isObject, type Message } from './message.ts'

type RpcError = NonNullable<Message['error']>

/** Codes that only servers of the modern era use (spec 2026-07-28, basic/index#error-codes). */
const MODERN_CODES: ReadonlySet<number> = new Set([
  CODE.headerMismatch,
  CODE.missingCapability,
  CODE.unsupportedVersion,
])

/** The failure for a target that refused `initialize`: a server that is too new says so in its error. */
export function refusedEra(target: string, error: RpcError): CallFailure {
  return MODERN_CODES.has(error.code)
    ? onlyModern(target, supportedBy(error))
    : {
        kind: 'target_failed',
        detail: `target ${target} refused initialize: ${error.message}`,
      }
}

/** Versions that an error names as supported; empty when it names none. */
export function supportedBy({ data }: RpcError): string[] {
  const supported = isObject(data) ? data.supported : undefined
  return Array.isArray(supported) ? supported.filter(version => typeof version === 'string') : []
}

/** True when an error can only come from a server of the modern era. */
export function isModernError(error: RpcError): boolean {
  return MODERN_CODES.has(error.code)
}

/** Codes with which servers of the legacy era refuse a request that has no session (SDKs of both languages). */
const LEGACY_CODES: ReadonlySet<number> = new Set([CODE.serverError, -32001, CODE.invalidRequest])

/**
 * Whether an answer to a modern request tells of a server that is too old for it (spec 2026-07-28,
 * streamable-http#backward-compatibility): a status of 4xx without an error that a modern server gives.
 */
export function isLegacyRefusal(status: number, error: RpcError | undefined): boolean {
  const maybe = status === 400 || status === 404 || status === 405 || status === 406
  return maybe && (error === undefined || LEGACY_CODES.has(error.code))
}

/** For clients of the legacy era, which have no other way to learn what to do. */
export function onlyModern(target: string, supported: readonly string[] = []): CallFailure {
  const versions = supported.length > 0 ? supported : MODERN_VERSIONS
  return {
    kind: 'unsupported_version',
    detail: `target ${target} speaks only protocol revisions ${versions.join(', ')}, which have no initialize`,
    data: { supported: versions },
  }
}

/** For clients of the modern era; those that know both read `supported` and fall back. */
export function onlyLegacy(what: string, requested: string | undefined): CallFailure {
  return {
    kind: 'unsupported_version',
    detail: `Unsupported protocol version: ${what} speaks only revisions up to ${LEGACY_VERSIONS[0]}`,
    data: { supported: LEGACY_VERSIONS, requested: requested ?? MODERN_VERSIONS[0] },
  }
}
