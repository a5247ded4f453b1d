import { defineProfile } from './define-profile.ts'
import { oidc } from './oidc.ts'
import type { ProviderProfile } from './profile.ts'

const OPENID_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'offline_access']

/** Microsoft Entra ID: `https://login.microsoftonline.com/{tenant}/v2.0`. */
export const entra: ProviderProfile = defineProfile(oidc, {
  name: 'entra',
  title: 'Microsoft Entra ID',
  recognised: [
    'https://login.microsoftonline.com/*',
    'https://login.microsoftonline.us/*',
    'https://sts.windows.net/*',
  ],
  // Only the OpenID form exists, and it does not name S256 although PKCE works: anthropics/claude-ai-mcp#786.
  discovery: ['oidc'],
  // Metadata of `common` and of a tenant given by name calls itself by a template or by the tenant's id
  // (openai/codex#38973); v1 access tokens, which custom APIs get unless they ask for v2, come from sts.windows.net.
  issuers: {
    templates: [
      'https://login.microsoftonline.com/{tenant}/v2.0',
      'https://login.microsoftonline.us/{tenant}/v2.0',
      'https://login.partner.microsoftonline.cn/{tenant}/v2.0',
      'https://sts.windows.net/{tenant}/',
    ],
    claim: 'tid',
  },
  // Microsoft, "Access token claims reference": `sub` differs from app to app, `oid` does not; the client is `azp` in v2
  // and `appid` in v1.
  claims: {
    subject: ['oid', 'sub'],
    scopes: ['scp'],
    client: ['azp', 'appid'],
    roles: ['roles', 'groups'],
  },
  // `resource` is AADSTS9010010 unless it equals what the scopes name: microsoft/powerbi-modeling-mcp#68.
  audience: { kind: 'sealed' },
  scopes: { plain: OPENID_SCOPES },
  // Without it there is no refresh token.
  authorize: { addScopes: ['offline_access'] },
  // The token request has to say for which resource the token is: AADSTS28003.
  exchange: { scope: 'granted' },
  // A refresh without scope gives a token for something else, or AADSTS90009: anthropics/claude-ai-mcp#228.
  refresh: { scope: 'granted', addScopes: ['offline_access'], offered: true },
  registration: { strategy: 'static' },
  // Conditional access wants to see the user again; clients start over on invalid_grant.
  errors: { interaction_required: 'invalid_grant', consent_required: 'invalid_grant' },
  hints: {
    audience:
      'in Entra expose an API on the app registration (Expose an API) and name its application id in `entra: {appId}`; a token without one of its scopes is for Microsoft Graph and can be checked by nobody else',
    directAudience:
      'in Entra expose an API on the app registration and list its application id in `audiences`',
    registration:
      'register an app in Entra with the redirect URI of the gateway and set `clientId` and `clientSecret`',
    // Microsoft, "Microsoft Entra authentication and authorization error codes".
    refusals: {
      AADSTS65001:
        "in Entra grant admin consent for the scopes (API permissions of the gateway's registration), or let users consent",
      AADSTS650053:
        'in Entra add the scope to the API (Expose an API); set `appId` so that it is asked for by its full name',
      AADSTS500011:
        'in Entra the Application ID URI in the scope does not exist in this tenant: set `appId` or `appIdUri` to the one under Expose an API',
      AADSTS7000215: '`clientSecret` is wrong: Entra wants the value of the secret, not its id',
      AADSTS7000222: '`clientSecret` has ended: make a new one in Entra (Certificates & secrets)',
      AADSTS700016: '`clientId` is no app of this tenant: compare it and the tenant in `issuer`',
    },
  },
  options: {
    tenant: {
      type: 'string',
      pattern: '^[0-9a-f-]{36}$',
      description:
        'Id of the tenant whose users may log in; needed with `common`, `organizations` and a tenant given by its domain',
      sets: { issuers: { tenants: ['{value}'] } },
    },
    tenants: {
      type: 'array',
      items: { type: 'string', pattern: '^[0-9a-f-]{36}$' },
      description: 'The same for several tenants',
      sets: { issuers: { tenants: '{value}' } },
    },
    appId: {
      type: 'string',
      pattern: '^[0-9a-f-]{36}$',
      description:
        'Application id of the API: audience of the tokens, and prefix of scopes such as `tools.read`',
      sets: {
        audience: { kind: 'fixed', values: ['{value}', 'api://{value}'] },
        scopes: { prefix: 'api://{value}/' },
      },
    },
    appIdUri: {
      type: 'string',
      pattern: '^[a-z]+://[^ ]+[^ /]$',
      description:
        'Application ID URI of the API where it is not `api://<appId>`: prefix of its scopes; tokens of v1 have it as audience, so list it in `audiences` for those',
      sets: { scopes: { prefix: '{value}/' } },
    },
  },
})
