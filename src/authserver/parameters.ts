import { type OAuthError, oauthError } from './oauth-error.ts'

/** Parameters of a request (RFC 6749 §3.1, §3.2): form encoded, in a query or a body. */
export type Parameters = {
  /** The value, or undefined: absent or empty, which the RFC makes the same. */
  get(name: string): string | undefined
  all(name: string): readonly string[]
  /** Names that came more than once although they may not; `resource` may (RFC 8707 §2). */
  readonly repeated: readonly string[]
}

export function readParameters(text: string): Parameters {
  const values = new URLSearchParams(text)
  const names = [...values.keys()].filter(name => name !== 'resource')
  return {
    get: name => values.get(name) || undefined,
    all: name => values.getAll(name).filter(value => value !== ''),
    repeated: names.filter((name, at) => names.indexOf(name) !== at),
  }
}

export function repeatedError(parameters: Parameters): OAuthError | undefined {
  const [name] = parameters.repeated
  return name === undefined
    ? undefined
    : oauthError('invalid_request', `the parameter ${name} came more than once`)
}

/** Scopes of a `scope` parameter, each once, in the order given (RFC 6749 §3.3). */
export function splitScope(scope: string | undefined): readonly string[] {
  return [...new Set((scope ?? '').split(' ').filter(word => word !== ''))]
}
