import { defineProfile } from './define-profile.ts'
import { entra } from './entra.ts'
import type { ProviderProfile } from './profile.ts'

const { appId, appIdUri, tenant } = entra.options

/**
 * Azure AD B2C. The issuer to configure is that of the user flow, below which its metadata lies:
 * `https://name.b2clogin.com/name.onmicrosoft.com/B2C_1_flow/v2.0`.
 */
export const b2c: ProviderProfile = defineProfile(entra, {
  name: 'b2c',
  title: 'Azure AD B2C',
  recognised: ['https://*.b2clogin.com/*'],
  // Microsoft, "Configure tokens in Azure AD B2C": metadata and tokens of every user flow name the directory by its id
  // (the form with `tfp` is for libraries that compare with the URL of the metadata, which needs no template). There
  // is no `tid`.
  issuers: { templates: ['{origin}/{tenant}/v2.0/'], claim: undefined },
  // Microsoft, "Request an access token": without a scope of an API there is an ID token alone.
  hints: {
    audience:
      'in B2C expose an API on the app registration, name its application id in `b2c: {appId}` and its Application ID URI in `b2c: {appIdUri}`, and have clients ask for one of its scopes (`scopesSupported`)',
    directAudience:
      'in B2C expose an API on the app registration and list its application id in `audiences`',
    registration:
      'register an app in the B2C directory with the redirect URI of the gateway and set `clientId` and `clientSecret`',
  },
  options: {
    ...(tenant && {
      tenant: { ...tenant, required: true, description: 'Id of the directory, as tokens name it' },
    }),
    ...(appId && { appId }),
    ...(appIdUri && {
      appIdUri: {
        ...appIdUri,
        description:
          'Application ID URI of the API, such as `https://name.onmicrosoft.com/tools`: prefix of its scopes',
      },
    }),
  },
})
