import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../conformance/gateway.ts'
import { startEverythingServer } from '../fixtures/everything-server.ts'
import { http, startFederation, stdio } from '../support/federation.ts'
import type { TestGateway } from '../support/gateway.ts'
import { type ServerProcess, startServer } from './server-process.ts'

/** A gateway in front of five servers, each written by different people in a different way. */
export type World = {
  readonly gateway: TestGateway
  readonly python: ServerProcess
  /** A folder that the filesystem server serves. It has one file, hello.txt. */
  readonly folder: string
  /** Starts the Python server again on the port that it had. */
  restartPython(): Promise<ServerProcess>
  close(): Promise<void>
}

/** Where scripts/ci/servers.sh has put the servers. */
const PACKAGES = process.env.PORTCULLIS_SERVERS ?? ''
const PYTHON = process.env.PORTCULLIS_PYTHON ?? ''

const script = (name: string): string =>
  join(PACKAGES, 'node_modules/@modelcontextprotocol', name, 'dist/index.js')

const startPython = (port = 0): Promise<ServerProcess> =>
  startServer(PYTHON, [join(import.meta.dirname, 'python_server.py'), String(port)], /port (\d+)/)

export async function startWorld(failureMode = 'failClosed'): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-servers-'))
  await writeFile(join(folder, 'hello.txt'), 'Hello from a file!')
  const fixture = await startEverythingServer()
  const everything = await startEverything()
  let python = await startPython()
  const gateway = await startFederation(
    [
      http('web', everything.url),
      stdio('child', { command: process.execPath, args: [script('server-everything'), 'stdio'] }),
      stdio('files', { command: process.execPath, args: [script('server-filesystem'), folder] }),
      http('fixture', fixture.url),
      http('python', python.url),
    ],
    { failureMode },
  )
  return {
    gateway,
    python,
    folder,
    async restartPython() {
      python = await startPython(python.port)
      return python
    },
    async close() {
      await gateway.stop()
      await Promise.all([fixture.close(), everything.kill(), python.kill()])
      await rm(folder, { recursive: true })
    },
  }
}

/** It takes no port 0. */
async function startEverything(): Promise<ServerProcess> {
  const args = [script('server-everything'), 'streamableHttp']
  const PORT = String(await freePort())
  return startServer(process.execPath, args, /listening on port (\d+)/, { PORT })
}
