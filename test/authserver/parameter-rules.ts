/** OAuth's `invalid_scope` unless every scope passes. */
export const scopesHave =
  (good: (scope: string) => boolean) =>
  (parameters: URLSearchParams): string | undefined =>
    scopesOf(parameters).every(good) ? undefined : 'invalid_scope'

/** An error where the parameter is there. */
export const refuses =
  (name: string, error = 'invalid_target') =>
  (parameters: URLSearchParams): string | undefined =>
    parameters.has(name) ? error : undefined

/** The first error that one of these finds. */
export const firstOf =
  (...checks: readonly ((parameters: URLSearchParams) => string | undefined)[]) =>
  (parameters: URLSearchParams): string | undefined =>
    checks.map(check => check(parameters)).find(error => error !== undefined)

export const isRefresh = (parameters: URLSearchParams): boolean =>
  parameters.get('grant_type') === 'refresh_token'

export const scopesOf = (parameters: URLSearchParams): readonly string[] =>
  (parameters.get('scope') ?? '').split(' ').filter(Boolean)

/** Scopes that oidc-provider knows, whatever the emulated provider calls them. */
export const respell =
  (from: RegExp, to: string) =>
  (parameters: URLSearchParams): void => {
    const scope = parameters.get('scope')
    if (scope !== null) parameters.set('scope', scope.replace(from, to).trim())
  }
