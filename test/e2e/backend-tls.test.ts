import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Authority, createAuthority } from '../http/authority.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { ask, post } from '../support/http.ts'

let authority: Authority
let other: Authority
let server: Server
let origin: string
const gateways: TestGateway[] = []

beforeAll(async () => {
  authority = createAuthority()
  other = createAuthority()
  const { certificate: cert, key } = authority.issue('inner.example')
  server = createServer(
    { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate()
      const name = subject?.CN ?? 'nobody'
      if (request.method !== 'POST') return void response.end(name)
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { name } }))
    },
  )
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  for (const gateway of gateways) await gateway.stop()
  server.closeAllConnections()
  server.close()
})

const pem = (text: string) => JSON.stringify(text)

/** Two routes to the same server: /web as an HTTP service, /mcp as an MCP server. */
async function gatewayWith(members: string): Promise<TestGateway> {
  const gateway = await startTestGateway(`binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
    - name: mcp
      matches: [{path: {exact: /mcp}}]
      backends: [{mcp: {targets: [{name: a, mcp: {host: "http://${origin}/mcp"}, policies: {backendTLS: {${members}}}}]}}]
    - name: web
      matches: [{path: {exact: /web}}]
      backends: [{host: "${origin}", policies: {backendTLS: {${members}}}}]
`)
  gateways.push(gateway)
  return gateway
}

async function statuses(members: string): Promise<readonly [number, number]> {
  const gateway = await gatewayWith(members)
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }
  const [web, mcp] = await Promise.all([
    ask(`${gateway.origin}/web`),
    post(`${gateway.origin}/mcp`, call),
  ])
  return [web.status, mcp.status]
}

describe('a backend over TLS', () => {
  test.each<[string, () => string, number]>([
    [
      'of a known authority',
      () => `root: ${pem(authority.certificate)}, hostname: inner.example`,
      200,
    ],
    ['of another authority', () => `root: ${pem(other.certificate)}, hostname: inner.example`, 503],
    ['of an authority that the system does not know', () => 'hostname: inner.example', 503],
    ['for another name', () => `root: ${pem(authority.certificate)}`, 503],
    [
      'for one of several names',
      () => `root: ${pem(authority.certificate)}, subjectAltNames: [x.example, inner.example]`,
      200,
    ],
    [
      'for none of several names',
      () => `root: ${pem(authority.certificate)}, subjectAltNames: [x.example]`,
      503,
    ],
    [
      'for any name, if the operator says so',
      () => `root: ${pem(authority.certificate)}, insecureHost: true`,
      200,
    ],
    ['of anybody, if the operator says so', () => 'insecure: true', 200],
  ])('with a certificate %s [EDGE-21]', async (_name, members, status) => {
    expect(await statuses(members())).toEqual([status, status])
  })

  test('sees the certificate that the gateway shows [EDGE-21]', async () => {
    const { certificate: cert, key } = authority.issue('gateway.example')
    const gateway = await gatewayWith(
      `root: ${pem(authority.certificate)}, hostname: inner.example, cert: ${pem(cert)}, key: ${pem(key)}`,
    )
    expect((await ask(`${gateway.origin}/web`)).body).toBe('gateway.example')
  })
})
