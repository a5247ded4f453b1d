import { firstOf, refuses, scopesHave } from '../authserver/parameter-rules.ts'
import type { Emulation } from './emulation.ts'
import { byHand, silent } from './shapes.ts'

const CLIENT = 'Ov23exampleexample00'

export const github: Emulation = {
  provider: 'github',
  example: 'github/portcullis.yaml',
  issuer: 'https://github.com',
  hosts: ['api.github.com'],
  admits: 'identity.subject == "583231" && "read:user" in identity.scopes',
  token: 'sealed',
  scope: 'gist read:user',
  refreshes: false,
  quirks: ({ callback }) => ({
    discovery: [],
    clients: [byHand(CLIENT, callback, 'client_secret_post')],
    aliases: { '/login/oauth/authorize': '/auth', '/login/oauth/access_token': '/token' },
    authorize: firstOf(
      refuses('resource'),
      scopesHave(scope => scope === 'read:user'),
    ),
    token: parameters =>
      parameters.has('client_secret') ? undefined : 'incorrect_client_credentials',
    translate: parameters => {
      parameters.delete('resource')
      if (parameters.has('response_type')) parameters.set('scope', 'openid')
    },
    tokenAnswer: ({ access_token }, { accept }) => {
      const answer = { access_token, scope: 'gist,read:user', token_type: 'bearer' }
      return accept === 'application/json'
        ? answer
        : new URLSearchParams(answer as Record<string, string>).toString()
    },
    elsewhere: async ({ path, body, headers }, find) => {
      const app = Buffer.from(`${CLIENT}:change-me`).toString('base64')
      const { access_token } = JSON.parse(body) as Record<string, string>
      const token = await find(access_token ?? '')
      if (
        path !== `/applications/${CLIENT}/token` ||
        headers.authorization !== `Basic ${app}` ||
        token === undefined
      )
        return { status: 404, body: { message: 'Not Found' } }
      return {
        status: 200,
        body: {
          app: { client_id: token.client },
          user: { id: 583231, login: token.user },
          scopes: ['read:user'],
          expires_at: null,
        },
      }
    },
    response: silent,
  }),
}
