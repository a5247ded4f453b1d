import { given } from './given.ts'

/** Members of the protected resource metadata (RFC 9728 §2) that a policy of Kuadrant leaves to the gateway. */
export type ProtectedResource = {
  readonly resource?: string
  readonly resourceName?: string
  readonly authorizationServers?: readonly string[]
  readonly bearerMethodsSupported?: readonly string[]
  readonly scopesSupported?: readonly string[]
}

/** The `OAUTH_*` variables; an empty one is as good as none, lists are separated by commas. */
export function protectedResourceOf(
  environment: Readonly<Record<string, string | undefined>>,
): ProtectedResource {
  const text = (name: string) => environment[name]?.trim() || undefined
  const list = (name: string) =>
    text(name)
      ?.split(',')
      .map(item => item.trim())
      .filter(item => item !== '')
  return given({
    resource: text('OAUTH_RESOURCE'),
    resourceName: text('OAUTH_RESOURCE_NAME'),
    authorizationServers: list('OAUTH_AUTHORIZATION_SERVERS'),
    bearerMethodsSupported: list('OAUTH_BEARER_METHODS_SUPPORTED'),
    scopesSupported: list('OAUTH_SCOPES_SUPPORTED'),
  })
}
