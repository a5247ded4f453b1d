import type { Secret } from '../../src/config/secret.ts'
import type { HeaderModifier, HttpBackend, HttpHost, Route } from '../../src/config/snapshot.ts'
import { createPeerReader } from '../../src/http/forwarded.ts'
import { createProxy } from '../../src/http/proxy.ts'
import type { UpstreamFailure } from '../../src/http/relay.ts'
import { createServer } from '../../src/http/server.ts'
import { requestTarget } from '../../src/http/target.ts'
import { createUpstreams, type UpstreamOptions } from '../../src/http/upstream.ts'
import { bind, httpBackend, httpHost, route } from './snapshots.ts'

export type Proxying = {
  readonly port: number
  readonly failures: UpstreamFailure[]
  readonly ended: () => number
  readonly close: () => Promise<void>
}

export type ProxyingOptions = {
  readonly route?: Partial<Route>
  readonly backend?: Partial<HttpBackend>
  /** Of every host. */
  readonly host?: Partial<HttpHost>
  readonly upstream?: UpstreamOptions
  readonly token?: Secret
  readonly addHeaders?: readonly string[]
  readonly random?: () => number
  readonly trustedProxies?: readonly string[]
  readonly responseHeaders?: HeaderModifier
}

const statuses = {
  unreachable: 502,
  invalid_response: 502,
  overloaded: 503,
  timeout: 504,
  client_gone: 499,
} as const

/** A server whose every request goes to the backends at these ports; failures become bare statuses. */
export async function proxyTo(
  ports: readonly number[],
  options: ProxyingOptions = {},
): Promise<Proxying> {
  const upstreams = createUpstreams(options.upstream)
  const backend: HttpBackend = {
    ...httpBackend(),
    hosts: ports.map(port => httpHost(`http://127.0.0.1:${port}`, options.host)),
    ...options.backend,
  }
  const proxy = createProxy(
    route({ backend, ...options.route }),
    backend,
    () => upstreams,
    options.random,
  )
  const failures: UpstreamFailure[] = []
  let ended = 0
  const peerOf = createPeerReader(options.trustedProxies ?? [])
  const server = createServer(bind(), (req, res) => {
    const target = requestTarget(req)
    if (typeof target === 'string') {
      res.writeHead(400).end(target)
      return
    }
    proxy({
      req,
      res,
      target,
      peer: peerOf(req),
      token: options.token,
      addHeaders: options.addHeaders ?? [],
      onEnd: () => {
        ended += 1
      },
      onFailure: failure => {
        failures.push(failure)
        if (!res.headersSent && !res.destroyed) {
          res.writeHead(statuses[failure.kind], { 'content-length': '0' }).end()
        }
      },
    })
  })
  const { port } = await server.listen()
  return {
    port,
    failures,
    ended: () => ended,
    async close() {
      await server.close(0)
      await upstreams.close()
    },
  }
}
