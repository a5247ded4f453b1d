import { firstOf, refuses, respell, scopesHave } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { byHand, DCR, ISS, silent, without } from './shapes.ts'

const CLIENT = '000000000000-example.apps.googleusercontent.com'

export const google: Emulation = {
  provider: 'google',
  example: 'google/portcullis.yaml',
  issuer: 'https://accounts.google.com',
  hosts: ['oauth2.googleapis.com'],
  admits: 'identity.subject == "alice" && "openid" in identity.scopes',
  token: 'sealed',
  scope: 'openid email',
  quirks: ({ callback }) => ({
    discovery: ['oidc'],
    metadata: document =>
      without(
        document,
        ISS,
        DCR,
        'introspection_endpoint',
        'grant_types_supported',
        'scopes_supported',
      ),
    clients: [byHand(CLIENT, callback, 'client_secret_basic')],
    // Both ignore it, so it is not sent.
    authorize: firstOf(
      refuses('resource'),
      scopesHave(scope => scope === 'openid' || scope.startsWith('https://')),
      parameters =>
        parameters.get('access_type') === 'offline' && parameters.get('prompt') === 'consent'
          ? undefined
          : 'access_denied',
    ),
    translate: parameters => {
      parameters.delete('resource')
      respell(/https:\/\/www\.googleapis\.com\/auth\/userinfo\.email/, 'email')(parameters)
    },
    tokenAnswer: answer => ({
      ...answer,
      scope: 'openid https://www.googleapis.com/auth/userinfo.email',
    }),
    elsewhere: async ({ path, parameters }, find) => {
      const token = await find(parameters.get('access_token') ?? '')
      if (path !== '/tokeninfo' || token === undefined)
        return { status: 400, body: { error: 'invalid_token' } }
      const { user, client, endsAt } = token
      const scope = 'openid https://www.googleapis.com/auth/userinfo.email'
      return {
        status: 200,
        body: { sub: user, aud: client, azp: client, scope, exp: String(endsAt) },
      }
    },
    response: silent,
  }),
}
