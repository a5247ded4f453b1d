import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { echo, jsonRpc } from '../fixtures/recording-server.ts'
import { createAuthority } from '../http/authority.ts'
import { type Answer, post } from '../support/http.ts'
import { createFolder, type Folder, start } from './program.ts'

let folder: Folder
let server: Server
let asked = 0

beforeAll(async () => {
  folder = createFolder()
  const authority = createAuthority()
  const { certificate, key } = authority.issue('localhost')
  folder.file('authority.pem', authority.certificate)
  folder.file('other.pem', createAuthority('another authority').certificate)
  server = createServer({ cert: certificate, key }, async (request, response) => {
    asked++
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = '', url: path = '', rawHeaders, headers } = request
    await echo({ method, path, rawHeaders, headers, body: Buffer.concat(chunks) }, response)
  })
  await new Promise<void>(listening => server.listen(0, 'localhost', listening))
})
afterAll(() => {
  folder.remove()
  server.close()
})

/** Calls the server through the gateway; `authorities` is what node is told to trust beside its own. */
async function call(authorities: string | undefined): Promise<{ answer: Answer; log: string }> {
  const { port } = server.address() as AddressInfo
  const gateway = start(['-f', '-'], {
    folder,
    input: `config: {adminAddr: "off"}
mcp: {port: 0, address: 127.0.0.1, targets: [{name: up, mcp: {host: "https://localhost:${port}/mcp"}}]}`,
    ...(authorities === undefined
      ? {}
      : { environment: { NODE_EXTRA_CA_CERTS: `${folder.path}/${authorities}` } }),
  })
  const [url] = await gateway.printed(/http:\/\/[\w.]+:\d+/)
  const answer = await post(`${url}/mcp`, jsonRpc('tools/list', '1', '{"here":true}'))
  gateway.process.kill()
  return { answer, log: (await gateway.ended).stderr }
}

test('a server behind TLS is reached when its authority is trusted [FED-30]', async () => {
  const { answer } = await call('authority.pem')
  expect(answer.json()).toEqual({ jsonrpc: '2.0', id: 1, result: { here: true } })
})

test.each([undefined, 'other.pem'])(
  'otherwise nothing is sent to it, and the log says why: trusted is %s [FED-30]',
  async authorities => {
    const before = asked
    const { answer, log } = await call(authorities)
    expect(answer.status).toBe(503)
    expect(log).toMatch(/"target":"up".*certificate/)
    expect(asked).toBe(before)
  },
)
