import { inject } from 'vitest'

const ORIGIN: string = inject('keycloak')
const POLICY = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy'

/** Issuer of a realm that `scripts/keycloak/realms.js` has made. */
export function issuerOf(realm: string): string {
  return `${ORIGIN}/realms/${realm}`
}

export type TokenAnswer = {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** A request to a realm's own token endpoint. */
export async function requestToken(
  issuer: string,
  form: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  const response = await fetch(`${issuer}/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  })
  return { status: response.status, body: (await response.json()) as TokenAnswer['body'] }
}

/** An access token without a browser (RFC 6749 §4.3), as an agent gets it. */
export async function passwordToken(
  issuer: string,
  form: Readonly<Record<string, string>>,
): Promise<string> {
  const { body } = await requestToken(issuer, { grant_type: 'password', ...form })
  if (typeof body.access_token !== 'string') throw new Error(JSON.stringify(body))
  return body.access_token
}

type Component = {
  readonly id: string
  readonly subType: string
  readonly config: Readonly<Record<string, readonly string[]>>
}

/** What an administrator changes in the console under Clients, Client registration, Anonymous access policies. */
export async function changePolicy(
  realm: string,
  name: string,
  config: Component['config'],
): Promise<void> {
  const query = new URLSearchParams({ type: POLICY, name })
  const found = (await administer('GET', `/${realm}/components?${query}`)) as readonly Component[]
  const policy = found.find(({ subType }) => subType === 'anonymous')
  if (policy === undefined) throw new Error(`${realm} has no anonymous policy ${name}`)
  await administer('PUT', `/${realm}/components/${policy.id}`, {
    ...policy,
    config: { ...policy.config, ...config },
  })
}

/** A client scope with an audience mapper. */
export async function addAudienceScope(
  realm: string,
  name: string,
  audience: string,
  kind: 'default' | 'optional',
): Promise<void> {
  await administer('POST', `/${realm}/client-scopes`, {
    name,
    protocol: 'openid-connect',
    attributes: { 'include.in.token.scope': 'true', 'display.on.consent.screen': 'true' },
    protocolMappers: [
      {
        name: 'audience',
        protocol: 'openid-connect',
        protocolMapper: 'oidc-audience-mapper',
        config: { 'included.custom.audience': audience, 'access.token.claim': 'true' },
      },
    ],
  })
  const scopes = (await administer('GET', `/${realm}/client-scopes`)) as readonly {
    readonly id: string
    readonly name: string
  }[]
  const id = scopes.find(scope => scope.name === name)?.id
  await administer('PUT', `/${realm}/default-${kind}-client-scopes/${id}`)
}

/** Clients of a realm, those of Keycloak's own included. */
export async function clientsOf(
  realm: string,
): Promise<readonly { readonly id: string; readonly clientId: string; readonly name?: string }[]> {
  return (await administer('GET', `/${realm}/clients`)) as Awaited<ReturnType<typeof clientsOf>>
}

export async function createInitialAccessToken(realm: string): Promise<string> {
  const answer = await administer('POST', `/${realm}/clients-initial-access`, {
    count: 100,
    expiration: 3600,
  })
  return (answer as { token: string }).token
}

/** Any other change of an administrator. */
export async function administer(method: string, path: string, body?: object): Promise<unknown> {
  const token = await passwordToken(issuerOf('master'), {
    client_id: 'admin-cli',
    username: 'admin',
    password: 'admin',
  })
  const response = await fetch(`${ORIGIN}/admin/realms${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
