import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSigner, type Provider, type Signer, startProvider } from '../auth/provider.ts'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'

let upstream: RecordingServer
let provider: Provider
let signer: Signer
let issuer: string
let gateway: TestGateway

beforeAll(async () => {
  upstream = await startRecordingServer()
  provider = await startProvider()
  signer = await createSigner('ES256', 'one')
  provider.publish([signer.jwk])
  // A Keycloak by its looks, whose metadata lacks what clients need.
  issuer = `${provider.issuer}/realms/mcp`
  provider.answers.set('/.well-known/oauth-authorization-server/realms/mcp', {
    body: JSON.stringify({ issuer, jwks_uri: `${provider.issuer}/keys` }),
  })
})
afterAll(async () => {
  await gateway.stop()
  await upstream.close()
  await provider.close()
})

test('a wrong audience: client and operator learn what to change, in the words of the provider', async () => {
  gateway = await startTestGateway(
    configuration([
      {
        policies: `{mcpAuthentication: {issuer: "${issuer}"}}`,
        backend: httpTarget(upstream.url),
      },
    ]),
  )
  const exp = Math.floor(Date.now() / 1000) + 600
  const token = await signer.sign({ iss: issuer, aud: 'account', sub: 'alice', exp })
  const answer = await post(gateway.url, jsonRpc('ping', '1'), { authorization: `Bearer ${token}` })
  expect(answer.status).toBe(401)
  const said = answer.json().error_description
  expect(said).toContain(`audience is account, this resource is ${gateway.url}. To the operator: `)
  expect(said).toContain(
    `in Keycloak add an audience mapper with the custom audience ${gateway.url}`,
  )
  expect(said).toContain('configure `provider: {keycloak: {}}`')
  const { hint } = await gateway.logged(/token refused/)
  expect(said).toContain(hint)
  await gateway.logged(/Keycloak does not announce PKCE with S256/)
})
