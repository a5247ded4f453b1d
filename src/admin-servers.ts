import type { Snapshot } from './config/snapshot.ts'
import { createServer, type EdgeServer } from './http/server.ts'
import type { Admin } from './observe/admin.ts'
import type { Log } from './observe/log.ts'

/** One open address for operators. */
export type AdminServer = Pick<EdgeServer, 'close'> & {
  readonly host: string
  readonly port: number
}

/**
 * Opens the listeners for operators. The default address is a convenience: when another gateway on the
 * machine has it, this one goes on without. An address that was asked for has to be had.
 *
 * @throws Error with one sentence
 */
export async function openAdminServers(
  settings: Snapshot['settings'],
  admin: Admin,
  log: Log,
): Promise<readonly AdminServer[]> {
  const servers: AdminServer[] = []
  for (const { host, port } of settings.admin) {
    const server = createServer({ address: host, port, listeners: [] }, (req, res) => {
      const path = (req.url ?? '/').split('?')[0] ?? '/'
      const { status, contentType, body } = admin(path, req.method ?? 'GET')
      res.writeHead(status, {
        'content-type': contentType,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
      })
      res.end(req.method === 'HEAD' ? undefined : body)
    })
    try {
      const bound = await server.listen()
      servers.push({ host, port: bound.port, close: server.close })
    } catch (error) {
      if (settings.adminRequired) {
        await Promise.all(servers.map(opened => opened.close(0)))
        throw error
      }
      log.warn(
        { host, port },
        `health and metrics are not served: ${(error as Error).message}; choose another config.adminAddr`,
      )
    }
  }
  return servers
}
