import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { connect } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAuthority } from '../http/authority.ts'
import type { TestCluster } from './cluster.ts'
import { eventually } from './eventually.ts'
import { type Replica, startReplica } from './replica.ts'
import { startTools, type Tools } from './tools.ts'
import { document, startWorld } from './world.ts'

const HERE = '127.0.0.1'
const HOST = 'tools.example'
const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })

const authority = createAuthority()
let cluster: TestCluster
let tools: Tools
let other: Server
let taken: number
let replica: Replica

beforeAll(async () => {
  cluster = await startWorld()
  tools = await startTools(cluster)
  other = createServer().listen(0, HERE)
  await once(other, 'listening')
  taken = (other.address() as AddressInfo).port
  await putCertificate()
  await cluster.apply(document('ports.yaml', { TAKEN: taken }))
  replica = startReplica(cluster.kubeconfig, 15_126, ['--address', HERE])
  await replica.ready()
})
afterAll(async () => {
  await replica?.stop('SIGKILL')
  other?.close()
  await tools?.close()
  await cluster?.close()
})

/** A new certificate, as whoever renews them writes it. */
async function putCertificate(): Promise<void> {
  const { certificate, key } = authority.issue(HOST)
  const metadata = { name: 'certificate', namespace: 'portcullis' }
  const stringData = { 'tls.crt': certificate, 'tls.key': key }
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    type: 'kubernetes.io/tls',
    metadata,
    stringData,
  }
  await cluster.apply(JSON.stringify(secret))
}

async function statusOn(port: number): Promise<number | undefined> {
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
  }
  const answer = await fetch(`http://${HERE}:${port}/`, {
    method: 'POST',
    headers,
    body: PING,
  }).catch(() => undefined)
  await answer?.text()
  return answer?.status
}

/** Conditions of a listener as `Type Status Reason`. */
async function conditionsOf(listener: string): Promise<readonly string[]> {
  const path = `{range .status.listeners[?(@.name=="${listener}")].conditions[*]}{.type} {.status} {.reason}{"\\n"}{end}`
  const get = ['-n', 'portcullis', 'get', 'gateway', 'ports', '-o', `jsonpath=${path}`]
  return (await cluster.kubectl(get)).split('\n')
}

/** One call over a TLS connection of its own: the number of the certificate, and the status line. */
function secureCall(): Promise<{ readonly serial: string; readonly status: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: HERE, port: 8443, servername: HOST, ca: authority.certificate })
    let text = ''
    socket.setEncoding('utf8')
    socket.on('secureConnect', () => {
      const serial = socket.getPeerX509Certificate()?.serialNumber ?? ''
      socket.write(
        `POST / HTTP/1.1\r\nHost: ${HOST}:8443\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: ${PING.length}\r\nConnection: close\r\n\r\n${PING}`,
      )
      socket.once('end', () => resolve({ serial, status: text.split('\r\n')[0] ?? '' }))
    })
    socket.on('data', (chunk: string) => {
      text += chunk
    })
    socket.once('error', reject)
  })
}

test('a port that another program has harms its listener alone, and is opened once it is free [CLUSTER-5]', async () => {
  expect(await statusOn(8091)).toBe(200)
  await eventually(async () =>
    expect(await conditionsOf('taken')).toEqual(
      expect.arrayContaining(['Accepted False PortUnavailable', 'Programmed False Invalid']),
    ),
  )
  expect(await conditionsOf('free')).toContain('Programmed True Programmed')
  await new Promise(resolve => other.close(resolve))
  await eventually(async () => expect(await statusOn(taken)).toBe(200))
  await eventually(async () =>
    expect(await conditionsOf('taken')).toContain('Programmed True Programmed'),
  )
})

test('ports open and close with the listeners of a Gateway [CLUSTER-12]', async () => {
  const patch = (op: object) =>
    cluster.kubectl([
      ...['-n', 'portcullis', 'patch', 'gateway', 'ports', '--type', 'json', '-p'],
      JSON.stringify([op]),
    ])
  const value = { name: 'later', port: 8092, protocol: 'HTTP' }
  expect(await statusOn(8092)).toBeUndefined()
  await patch({ op: 'add', path: '/spec/listeners/-', value })
  await eventually(async () => expect(await statusOn(8092)).toBe(200))
  await patch({ op: 'remove', path: '/spec/listeners/3' })
  await eventually(async () => expect(await statusOn(8092)).toBeUndefined())
})

test('a certificate is replaced without one failed call [CLUSTER-19]', async () => {
  const serials = new Set<string>()
  const statuses = new Set<string>()
  let stopping = false
  const caller = async (): Promise<void> => {
    while (!stopping) {
      const { serial, status } = await secureCall()
      serials.add(serial)
      statuses.add(status)
    }
  }
  const callers = Array.from({ length: 8 }, caller)
  for (let seen = 1; seen <= 4; seen++) {
    await eventually(async () => expect(serials.size).toBe(seen))
    await putCertificate()
  }
  await eventually(async () => expect(serials.size).toBe(5))
  stopping = true
  await Promise.all(callers)
  expect([...statuses]).toEqual(['HTTP/1.1 200 OK'])
})
