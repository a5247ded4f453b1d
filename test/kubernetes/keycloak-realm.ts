import { administer } from '../providers/keycloak.ts'

/** What a deployment does with KC_HOSTNAME: tokens and metadata name this origin, whatever URL was used. */
export async function setFrontendUrl(realm: string, origin: string): Promise<void> {
  const before = (await administer('GET', `/${realm}`)) as { readonly attributes?: object }
  await administer('PUT', `/${realm}`, {
    ...before,
    attributes: { ...before.attributes, frontendUrl: origin },
  })
}
