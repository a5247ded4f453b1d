import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { Program } from '../cli/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { ask, post } from '../support/http.ts'
import { providerExamples } from './provider-examples.ts'
import { freePort, type Surroundings, startSurroundings } from './surroundings.ts'

let around: Surroundings
let running: Program | undefined

beforeAll(async () => {
  around = await startSurroundings()
})
afterEach(async () => {
  if (running === undefined) return
  running.process.kill('SIGTERM')
  expect((await running.ended).code).toBe(0)
  running = undefined
})
afterAll(() => around.close())

test.each([...providerExamples])(
  '%s: protects the server and is an authorization server that clients can use [CFG-14] [MODE-4]',
  async (name, { issuer, says, scopes }) => {
    const port = await freePort()
    const { provider, server } = around
    // Of its own, so that no answer for one provider helps another.
    const own = `${provider.issuer}/${name.split('/')[0]}`
    provider.answers.set(`${new URL(own).pathname}/.well-known/openid-configuration`, {
      body: JSON.stringify({
        issuer: own,
        jwks_uri: `${provider.issuer}/keys`,
        authorization_endpoint: `${own}/authorize`,
        token_endpoint: `${own}/token`,
        introspection_endpoint: `${own}/introspect`,
        registration_endpoint: `${own}/register`,
      }),
    })
    running = around.run(name, {
      'port: 3000': `port: ${port}`,
      'localhost:3000': `localhost:${port}`,
      [issuer]: own,
      'http://localhost:8080/mcp': server.url,
    })
    await running.printed(says)
    const url = `http://localhost:${port}/mcp`
    const refused = await post(url, jsonRpc('tools/list', '1'))
    expect(refused.status).toBe(401)
    expect(refused.headers['www-authenticate']).toContain(`scope="${scopes.join(' ')}"`)
    const resource = await ask(`http://localhost:${port}/.well-known/oauth-protected-resource/mcp`)
    expect(resource.json()).toMatchObject({ resource: url, authorization_servers: [url] })
    const metadata = await ask(
      `http://localhost:${port}/.well-known/oauth-authorization-server/mcp`,
    )
    expect(metadata.json()).toMatchObject({
      issuer: url,
      registration_endpoint: `${url}/register`,
      code_challenge_methods_supported: ['S256'],
    })
  },
)
