import { Connection } from './connection.ts'
import type { Figure } from './figure.ts'
import { mustStart } from './gateway.ts'
import { heap, tellsHeap } from './heap.ts'
import { usage } from './measure.ts'
import { echo, firstNumber, modern, numbered } from './requests.ts'
import { openSessions, openStream } from './session.ts'
import type { World } from './world.ts'

/** Code and tables that grow only once are in place after so many. */
const warmUp = 1000
const sessions = 6000
const streams = 1000

/**
 * What the gateway holds: resident memory after its start and one call, and what each stream adds to it; of a
 * session, which is too small for that, the bytes that stay when all that can be freed is freed.
 */
export async function memory(world: World): Promise<Figure[]> {
  const gateway = await mustStart('memory', {}, world, { node: tellsHeap })
  const { child, port, pid } = gateway
  const connection = await Connection.open(port)
  const call = modern({ path: '/mcp', method: 'tools/call', params: echo() })
  await connection.send(numbered(call, firstNumber))
  connection.close()
  const idle = usage(pid).rss

  const known = await openSessions(port, warmUp)
  const few = await heap(child, 'collect')
  known.push(...(await openSessions(port, sessions)))
  const many = await heap(child, 'collect')
  const sockets = await Promise.all(
    known.slice(0, streams).map(session => openStream(port, session, undefined)),
  )
  const open = await heap(child, 'collect')
  for (const socket of sockets) socket.destroy()
  await gateway.stop()

  const live = (one: typeof few): number => one.heapUsed + one.external
  return [
    { name: 'memory, idle', value: idle / 1e6, unit: 'MB', required: 130, goal: 110 },
    {
      name: 'memory for each open stream',
      value: (open.rss - many.rss) / streams / 1000,
      unit: 'kB',
      required: 60,
      goal: 40,
    },
    {
      name: 'memory for each idle session',
      value: (live(many) - live(few)) / sessions / 1000,
      unit: 'kB',
      required: 1,
      goal: 0,
    },
  ]
}
