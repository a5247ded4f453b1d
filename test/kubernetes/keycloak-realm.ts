import { administer } from '../providers/keycloak.ts'

/** What a deployment does with KC_HOSTNAME: tokens and metadata name this origin, whatever URL was used. */
export async function setFrontendUrl(realm: string, origin: string): Promise<void> {
  const before = (await administer('GET', `/${realm}`)) as { readonly attributes?: object }
  await administer('PUT', `/${realm}`, {
    ...before,
    attributes: { ...before.attributes, frontendUrl: origin },
  })
}

/**
 * Lets tokens be for a resource, whoever registers with whatever scopes: Keycloak gives a client that registers with
 * scopes these alone, and `basic`, which document 5 names among its scopes.
 */
export async function addAudience(realm: string, audience: string): Promise<void> {
  const scopes = (await administer('GET', `/${realm}/client-scopes`)) as readonly {
    readonly id: string
    readonly name: string
  }[]
  const id = scopes.find(({ name }) => name === 'basic')?.id
  await administer('POST', `/${realm}/client-scopes/${id}/protocol-mappers/models`, {
    name: 'resource',
    protocol: 'openid-connect',
    protocolMapper: 'oidc-audience-mapper',
    config: { 'included.custom.audience': audience, 'access.token.claim': 'true' },
  })
}
