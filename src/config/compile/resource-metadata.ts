import type { Spot } from '../resource.ts'
import { parseHttpUrl } from '../schema/value.ts'
import type { Report } from './report.ts'

/** `resourceMetadata` taken apart: what the gateway works with, and the members that it only publishes. */
export type ResourceMetadata = {
  readonly resource: string | undefined
  readonly scopes: readonly string[] | undefined
  readonly challengeScopes: readonly string[]
  readonly others: Readonly<Record<string, unknown>>
}

/**
 * Names of members go from camelCase to the snake_case of RFC 9728 §2; values stay as they are. Unknown
 * members are kept.
 */
export function compileResourceMetadata(
  config: Readonly<Record<string, unknown>>,
  locate: (member: string) => Spot,
  report: Report,
): ResourceMetadata {
  const members = new Map<string, { readonly value: unknown; readonly spot: Spot }>()
  for (const [written, value] of Object.entries(config)) {
    const name = written.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
    const spot = locate(written)
    if (members.has(name)) report.error(spot, `${name} is given twice`, 'Remove one of the two')
    members.set(name, { value, spot })
  }
  const take = <T>(name: string, expected: string, accept: (value: unknown) => value is T) => {
    const member = members.get(name)
    if (member === undefined) return undefined
    if (accept(member.value)) return member.value
    report.error(member.spot, `expected ${expected}`)
    return undefined
  }

  const resource = take('resource', 'an http or https URL without fragment', isResource)
  const scopes = take('scopes_supported', 'a list of scopes without spaces in them', isScopeList)
  const methods = take('bearer_methods_supported', 'a list of strings', isStringList)
  take('authorization_servers', 'a list of strings', isStringList)

  if (scopes?.includes('offline_access') === true) {
    report.warn(
      members.get('scopes_supported')?.spot ?? locate(''),
      'offline_access is no scope of this resource: clients ask the authorization server for it by themselves',
      'Remove it; it is published, but never part of a challenge (SEP-2207)',
    )
  }
  const refused = methods?.filter(method => method === 'query' || method === 'body') ?? []
  if (refused.length > 0) {
    report.warn(
      members.get('bearer_methods_supported')?.spot ?? locate(''),
      `${refused.join(' and ')} will be published, but MCP takes a token from the Authorization header alone`,
      'Write bearerMethodsSupported: [header]',
    )
  }
  const own = ['resource', 'scopes_supported']
  const others = [...members].filter(([name]) => !own.includes(name))
  return {
    resource,
    scopes,
    challengeScopes: (scopes ?? []).filter(scope => scope !== 'offline_access'),
    others: Object.fromEntries(others.map(([name, { value }]) => [name, value])),
  }
}

function isResource(value: unknown): value is string {
  return typeof value === 'string' && parseHttpUrl(value) !== undefined
}

function isStringList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(item => typeof item === 'string')
}

/** RFC 6749 §3.3: these characters and no others, so that a scope fits into a challenge. */
function isScopeList(value: unknown): value is readonly string[] {
  return isStringList(value) && value.every(scope => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope))
}
