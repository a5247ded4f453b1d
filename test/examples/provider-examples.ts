/** An example for one provider: its issuer as written, and what clients find at the gateway. */
export type ProviderExample = {
  readonly issuer: string
  readonly says: RegExp
  readonly scopes: readonly string[]
}

/** By file. */
export const providerExamples: ReadonlyMap<string, ProviderExample> = new Map([
  [
    'entra/portcullis.yaml',
    {
      issuer: `https://login.microsoftonline.com/\${ENTRA_TENANT:-00000000-0000-0000-0000-000000000001}/v2.0`,
      says: /entra/,
      scopes: ['tools.read'],
    },
  ],
  [
    'b2c/portcullis.yaml',
    {
      issuer: `https://\${B2C_NAME:-contoso}.b2clogin.com/\${B2C_NAME:-contoso}.onmicrosoft.com/\${B2C_FLOW:-B2C_1_signin}/v2.0`,
      says: /b2c/,
      scopes: ['tools.read'],
    },
  ],
  [
    'okta/portcullis.yaml',
    {
      issuer: `https://\${OKTA_DOMAIN:-example.okta.com}/oauth2/\${OKTA_SERVER:-default}`,
      says: /okta/,
      scopes: ['openid', 'profile'],
    },
  ],
  [
    'cognito/portcullis.yaml',
    {
      issuer: `https://cognito-idp.\${AWS_REGION:-eu-west-1}.amazonaws.com/\${COGNITO_POOL:-eu-west-1_Example00}`,
      says: /cognito/,
      scopes: ['read'],
    },
  ],
  [
    'google/portcullis.yaml',
    { issuer: 'https://accounts.google.com', says: /google/, scopes: ['openid', 'email'] },
  ],
  [
    'github/portcullis.yaml',
    { issuer: 'https://github.com', says: /github/, scopes: ['read:user'] },
  ],
  [
    'keycloak-audience-scope/portcullis.yaml',
    { issuer: 'http://localhost:7080/realms/mcp', says: /keycloak/, scopes: ['profile'] },
  ],
  [
    'oidc/portcullis.yaml',
    { issuer: 'https://id.example.com', says: /oidc/, scopes: ['mcp:tools'] },
  ],
  [
    'custom-provider/portcullis.yaml',
    { issuer: 'https://id.example.org', says: /custom/, scopes: ['tools'] },
  ],
] as const satisfies readonly (readonly [string, ProviderExample])[])
