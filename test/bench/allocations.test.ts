import { describe, expect, test } from 'vitest'
import { events, type Features, federation, rules } from '../../bench/configuration.ts'
import { Connection, message } from '../../bench/connection.ts'
import {
  clientInfo,
  echo,
  firstNumber,
  legacy,
  legacyVersion,
  modern,
  numbered,
} from '../../bench/requests.ts'
import baseline from './allocations.json' with { type: 'json' }
import { startEchoServer } from './echo-server.ts'
import { startMeasuredGateway } from './measured-gateway.ts'

const warmUp = 400
const calls = 500
/** From run to run it differs by about one percent. */
const tolerance = 0.05

type Row = keyof typeof baseline.bytes
type Credentials = { readonly token: string | undefined; readonly session?: string }

const path = '/mcp'
const call = { path, method: 'tools/call', params: echo() }
const modernCall = (credentials: Credentials): string => modern({ ...call, ...credentials })
const legacyCall = (credentials: Credentials): string => legacy({ ...call, ...credentials })
const federatedCall = (credentials: Credentials): string =>
  modern({ ...call, params: echo('t4_echo'), ...credentials })
const everything: Features = {
  authentication: true,
  rules: rules(10),
  rateLimit: true,
  accessLog: true,
}

const rows: readonly (readonly [Row, Features, (credentials: Credentials) => string])[] = [
  ['modern call', {}, modernCall],
  ['modern call, JWT', { authentication: true }, modernCall],
  ['modern call, JWT, 10 rules, rate limit, access log', everything, modernCall],
  ['federation of 5, JWT', { authentication: true, targets: federation(5) }, federatedCall],
  ['legacy session, JWT, JSON answer', { authentication: true }, legacyCall],
  ['legacy session, JWT, SSE answer', { authentication: true, targets: events }, legacyCall],
]

/**
 * What the gateway allocates for one call, in a process of its own without optimising compilers, so that it does not
 * depend on time. A change of more than the tolerance, for better or worse, belongs into allocations.json
 * together with its reason in the commit message. Other versions of node allocate differently: there the
 * figures only have to be near.
 */
describe('bytes allocated for one call', () => {
  test.each(rows)('%s [SPEED-1]', async (name, features, request) => {
    await using upstream = await startEchoServer()
    await using gateway = await startMeasuredGateway(features, upstream.port)
    const connection = await Connection.open(gateway.port)
    const token = features.authentication ? await gateway.issuer.token() : undefined
    const credentials =
      request === legacyCall ? { token, session: await openSession(connection, token) } : { token }
    const bytes = request(credentials)
    const run = async (count: number): Promise<void> => {
      for (let index = 0; index < count; index++) {
        const answer = await connection.send(numbered(bytes, firstNumber + index))
        expect(message(answer).result).toEqual({
          content: [{ type: 'text', text: `e${firstNumber + index}` }],
        })
      }
    }
    await run(warmUp)
    await gateway.collect()
    const before = await gateway.allocated()
    await run(calls)
    const perCall = ((await gateway.allocated()) - before) / calls
    connection.close()

    const known = baseline.bytes[name]
    const isSameNode = process.versions.node.split('.')[0] === baseline.node
    expect(
      Math.abs(perCall / known - 1),
      `${Math.round(perCall)} bytes, were ${known}`,
    ).toBeLessThan(isSameNode ? tolerance : 0.3)
  })
})

async function openSession(connection: Connection, token: string | undefined): Promise<string> {
  const params = { protocolVersion: legacyVersion, capabilities: {}, clientInfo }
  const first = legacy({ path, method: 'initialize', params, token })
  const { head } = await connection.send(numbered(first, firstNumber))
  const session = /\r\nmcp-session-id: *(\S+)/i.exec(head)?.[1] ?? ''
  await connection.send(legacy({ path, method: 'notifications/initialized', token, session }))
  return session
}
