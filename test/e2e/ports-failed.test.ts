import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { load } from '../../src/config/load.ts'
import type { PortFailure, Source } from '../../src/source/source.ts'
import { startTestGateway } from '../support/gateway.ts'
import { ask } from '../support/http.ts'

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function occupy(port = 0) {
  const server = createServer().listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => new Promise(resolve => server.close(resolve))
  cleanups.push(close)
  return { port: (server.address() as AddressInfo).port, close }
}

const bind = (port: number) => `- port: ${port}
  address: 127.0.0.1
  listeners: [{routes: [{name: r${port}, backends: [{host: 'http://127.0.0.1:1'}]}]}]
`
/** The port is open, and the backend of its route is not there. */
const statusOn = async (port: number) => (await ask(`http://127.0.0.1:${port}/`)).status

test('a source that is told of closed ports loses those alone, and gets them once they are free [CLUSTER-5]', async () => {
  const [taken, free] = [await occupy(), await occupy()]
  await free.close()
  const told: (readonly PortFailure[])[] = []
  let reload = (): void => undefined
  let heard = (): void => undefined
  const source: Source = {
    name: 'test',
    read: () => ({
      ...load(
        `config: {adminAddr: "off"}\nbinds:\n${[taken.port, free.port].map(bind).join('')}`,
        'test',
        { environment: {} },
      ),
      files: [],
    }),
    watch(changed) {
      reload = changed
      return Promise.resolve(() => Promise.resolve())
    },
    portsFailed(failures) {
      told.push(failures)
      heard()
    },
  }
  const gateway = await startTestGateway('', { source })
  cleanups.push(() => gateway.stop())
  expect(told).toEqual([
    [{ port: taken.port, message: expect.stringMatching(/is in use by another program/) }],
  ])
  expect(await statusOn(free.port)).toBe(503)

  await taken.close()
  const again = new Promise<void>(resolve => {
    heard = resolve
  })
  reload()
  await again
  expect(told[1]).toEqual([])
  expect(await statusOn(taken.port)).toBe(503)
})
