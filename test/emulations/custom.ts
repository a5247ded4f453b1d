import { firstOf, isRefresh, refuses, respell } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { byHand } from './shapes.ts'

export const custom: Emulation = {
  provider: 'custom',
  example: 'custom-provider/portcullis.yaml',
  issuer: 'https://id.example.org',
  admits: 'identity.subject == "7" && hasRole("crew") && "tools" in identity.scopes',
  token: 'sealed',
  scope: 'tools',
  quirks: () => ({
    discovery: ['oidc'],
    clients: [byHand('gateway', 'https://unused.example/callback', 'client_secret_basic')],
    register: metadata => ('application_type' in metadata ? 'invalid_client_metadata' : undefined),
    authorize: firstOf(refuses('resource'), parameters =>
      parameters.get('realm') === 'people' ? undefined : 'access_denied',
    ),
    token: parameters =>
      isRefresh(parameters) && !parameters.has('scope') ? 'invalid_scope' : undefined,
    translate: respell(/\btools\b/, 'openid'),
    tokenAnswer: answer => ({ ...answer, scope: 'tools' }),
    introspection: answer =>
      answer.active === true
        ? { ...answer, user_id: 7, permissions: ['tools'], teams: ['crew'] }
        : answer,
  }),
}
