import { beforeEach, describe, expect, test } from 'vitest'
import {
  followLogin,
  type Gateway,
  logInOnce,
  login,
  REDIRECT_URI,
  register,
  requestToken,
} from './gateway.ts'
import { starter } from './starter.ts'

const start = starter()
let gateway: Gateway

describe('client authentication', () => {
  beforeEach(async () => {
    ;({ gateway } = await start())
  })
  const confidential = { redirect_uris: [REDIRECT_URI] }

  test('a client that names no method gets a secret and uses Basic', async () => {
    const client = await register(gateway, confidential)
    expect(client.answer).toMatchObject({
      token_endpoint_auth_method: 'client_secret_basic',
      client_secret_expires_at: 0,
    })
    const begun = login(gateway, client)
    const answer = await followLogin(begun.url, client.redirectUri)
    const basic = Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')
    const tokens = await requestToken(
      gateway,
      {
        grant_type: 'authorization_code',
        code: answer.searchParams.get('code') ?? '',
        code_verifier: begun.verifier,
        redirect_uri: client.redirectUri,
      },
      { authorization: `Basic ${basic}` },
    )
    expect(tokens.status).toBe(200)
  })

  test('a secret in the body is as good', async () => {
    const { tokens } = await logInOnce(gateway, {
      ...confidential,
      token_endpoint_auth_method: 'client_secret_post',
    })
    expect(tokens.status).toBe(200)
  })

  test.each([
    ['a wrong secret', { client_secret: 'wrong' }],
    ['no secret', {}],
    ['an unknown client', { client_id: 'somebody', client_secret: 'x' }],
  ])('%s is 401 invalid_client', async (_, changes) => {
    const { client_id } = await register(gateway, confidential)
    const refused = await requestToken(gateway, {
      grant_type: 'authorization_code',
      code: 'x',
      client_id,
      ...changes,
    })
    expect(refused).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(refused.headers.get('www-authenticate')).toBeNull()
    expect(refused.headers.get('access-control-allow-origin')).toBe('*')
  })

  test('who tried Basic gets a Basic challenge', async () => {
    const refused = await requestToken(
      gateway,
      { grant_type: 'authorization_code', code: 'x' },
      { authorization: `Basic ${Buffer.from('somebody:secret').toString('base64')}` },
    )
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /)
  })
})
