import { readdirSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { Agent, request } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { echo, jsonRpc, startRecordingServer } from '../fixtures/recording-server.ts'
import { eventually } from '../http/wire.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { openTestStream } from '../support/event-stream.ts'
import { startTestGateway } from '../support/gateway.ts'
import { messageRequest, post } from '../support/http.ts'
import { createTestIdentity } from '../support/identity.ts'

const CLIENTS = 16
const STREAMS = 16
const RELOADS = 50
/** Calls that have to be answered between two reloads, so that none of them happens at rest. */
const CALLS_PER_RELOAD = 40

test('50 reloads under load: no call fails, no stream breaks, no descriptor is left [RELOAD-6] [RELOAD-5]', async () => {
  const identity = await createTestIdentity()
  const streams: ServerResponse[] = []
  const upstream = await startRecordingServer((received, response) => {
    if (received.method !== 'GET') return echo(received, response)
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders()
    streams.push(response)
    return undefined
  })
  /** Every reload changes something that all requests see; every other one the target itself. */
  const version = (n: number) =>
    configuration([
      {
        policies: `{mcpAuthentication: {${identity.trust}, audiences: [gateway]}, responseHeaderModifier: {set: {x-version: "${n}"}}, timeout: {requestTimeout: ${20 + (n % 2)}s}}`,
        backend: httpTarget(upstream.url),
      },
    ])
  await using gateway = await startTestGateway(version(0))
  const bearer = await identity.bearer('gateway')
  const opened = await post(gateway.url, jsonRpc('initialize', '0'), bearer)
  const headers = { ...bearer, 'mcp-session-id': String(opened.headers['mcp-session-id']) }

  const listening = await Promise.all(
    Array.from({ length: STREAMS }, () => openTestStream(gateway.url, { headers })),
  )
  await eventually(() => streams.length === STREAMS)

  let stopping = false
  let answered = 0
  const odd: string[] = []
  const versions = new Set<string>()
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const call = messageRequest(jsonRpc('tools/call', '1', '{"name":"echo"}'), headers)
  const oneCall = (): Promise<void> =>
    new Promise(resolve => {
      const { method, body } = call
      const failed = (error: unknown): void => {
        odd.push(String(error))
        resolve()
      }
      const outgoing = request(gateway.url, { method, agent, headers: call.headers }, response => {
        void text(response).then(answer => {
          versions.add(String(response.headers['x-version']))
          if (response.statusCode !== 200) odd.push(`${response.statusCode} ${answer}`)
          answered++
          resolve()
        }, failed)
      })
      outgoing.on('error', failed)
      outgoing.end(body)
    })
  const client = async (): Promise<void> => {
    while (!stopping) await oneCall()
  }
  const clients = Array.from({ length: CLIENTS }, client)
  const atLeast = (count: number): Promise<void> =>
    eventually(() => answered >= count || odd.length > 0)

  await atLeast(500)
  const before = descriptors()
  for (let n = 1; n <= RELOADS; n++) {
    await gateway.reconfigure(version(n))
    await atLeast(500 + n * CALLS_PER_RELOAD)
  }
  stopping = true
  await Promise.all(clients)

  expect(odd).toEqual([])
  expect([...versions].map(Number)).toEqual(Array.from({ length: RELOADS + 1 }, (_, n) => n))
  await eventually(() => Math.abs(descriptors() - before) <= 2)
  // The streams are those of the beginning, and still connected end to end.
  for (const response of streams) response.write('data: still here\n\n')
  await Promise.all(listening.map(stream => stream.until('still here')))
  expect(streams).toHaveLength(STREAMS)

  for (const stream of listening) stream.close()
  agent.destroy()
  await upstream.close()
  await identity.remove()
}, 180_000)

/** Open files, sockets and pipes of this process: of the gateway, its clients and its server. */
function descriptors(): number {
  return readdirSync('/proc/self/fd').length
}
