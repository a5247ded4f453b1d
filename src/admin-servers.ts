import type { Snapshot } from './config/snapshot.ts'
import { createServer, type EdgeServer } from './http/server.ts'
import type { Admin } from './observe/admin.ts'
import type { Log } from './observe/log.ts'

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
): Promise<readonly EdgeServer[]> {
  const servers: EdgeServer[] = []
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
      servers.push(server)
      log.info({ host, port: bound.port }, 'health and metrics are served')
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
