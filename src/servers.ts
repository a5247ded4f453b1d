import { createServer as createProbe } from 'node:net'
import type { BindResource, Resource } from './config/resource.ts'
import type { Bind } from './config/snapshot.ts'
import { gate } from './http/gate.ts'
import { createServer, type EdgeServer } from './http/server.ts'
import { bindKey, type Runtime } from './runtime/runtime.ts'

/** The open ports of a gateway, held against the binds of the current snapshot. */
export type Servers = {
  /**
   * Opens what is new and gives open ports their new listeners and certificates.
   *
   * @param failed told of a bind that cannot be opened, or not with these certificates; the others go on. May throw:
   *   then what this call opened is closed again, and the rest goes on as before
   * @returns closes what the binds do not name any more, once the new runtime is in place
   */
  apply(
    binds: readonly Bind[],
    failed: (bind: Bind, error: Error) => void,
  ): Promise<() => Promise<void>>
  close(deadlineMs: number): Promise<void>
}

/** @param current the runtime of this moment, read once per request */
export function createServers(current: () => Runtime, deadlineMs: () => number): Servers {
  const open = new Map<string, EdgeServer>()

  const make = (bind: Bind): EdgeServer => {
    const key = bindKey(bind)
    return createServer(bind, (req, res) => {
      const served = current().binds.get(key)
      // A port that is on its way out, between two runtimes.
      if (served === undefined) res.writeHead(503, { connection: 'close' }).end()
      else void gate(served, req, res)
    })
  }

  /** @returns a server that is new */
  const put = async (bind: Bind): Promise<EdgeServer | undefined> => {
    const key = bindKey(bind)
    const existing = open.get(key)
    if (existing?.update(bind) === true) return undefined
    if (existing !== undefined) {
      // TLS came or went: the port has to be given up before it can be had again.
      open.delete(key)
      await existing.close(0)
    }
    const server = make(bind)
    await server.listen()
    return server
  }

  return {
    async apply(binds, failed) {
      const opened: [string, EdgeServer][] = []
      try {
        for (const bind of binds) {
          try {
            const server = await put(bind)
            if (server !== undefined) opened.push([bindKey(bind), server])
          } catch (error) {
            failed(bind, error as Error)
          }
        }
      } catch (error) {
        await Promise.all(opened.map(([, server]) => server.close(0)))
        throw error
      }
      for (const [key, server] of opened) open.set(key, server)
      const wanted = new Set(binds.map(bindKey))
      return async () => {
        const gone = [...open].filter(([key]) => !wanted.has(key))
        for (const [key] of gone) open.delete(key)
        await Promise.all(gone.map(([, server]) => server.close(deadlineMs())))
      }
    },
    async close(deadline) {
      await Promise.all([...open.values()].map(server => server.close(deadline)))
      open.clear()
    },
  }
}

/**
 * Gives binds with port 0 a free one, the same at every reload. The port has to be known before the
 * configuration is compiled, because public URLs are made of it.
 *
 * @param chosen ports by key of the bind; filled here
 */
export async function choosePorts(
  resources: readonly Resource[],
  chosen: Map<string, number>,
): Promise<readonly Resource[]> {
  const result: Resource[] = []
  for (const resource of resources) {
    if (resource.kind !== 'bind' || resource.port !== 0) {
      result.push(resource)
      continue
    }
    const port = chosen.get(resource.key) ?? (await freePort(resource))
    chosen.set(resource.key, port)
    result.push({ ...resource, port })
  }
  return result
}

function freePort({ address }: BindResource): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createProbe()
    probe.once('error', reject)
    probe.listen(0, address, () => {
      const bound = probe.address()
      probe.close(() => resolve(typeof bound === 'object' && bound !== null ? bound.port : 0))
    })
  })
}
