import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

/** Logto: `https://{tenant}.logto.app/oidc`. */
export const logto: ProviderProfile = defineProfile(oidc, {
  name: 'logto',
  title: 'Logto',
  tested: 'documentation',
  recognised: ['https://*.logto.app/oidc'],
  discovery: ['oidc'],
  // Logto, "API resources" and "Opaque token": `resource` has to be a registered one; without it the token is opaque.
  audience: { kind: 'resource' },
  // Clients register themselves by metadata documents only ("Dynamic apps"), which the gateway does not use there.
  registration: { strategy: 'static' },
  options: {},
  hints: {
    audience: 'in the Logto console create an API resource whose identifier is {resource}',
    registration: 'create an application in the Logto console and set `clientId`',
  },
})
