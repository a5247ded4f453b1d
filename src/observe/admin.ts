/** What the admin listener answers. It has no state of its own and opens no socket. */
export type AdminAnswer = {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** How far the gateway is; asked for at each request. */
export type Readiness = {
  /** False from the start until the listeners are open, and again while the gateway is draining. */
  readonly serving: boolean
  /** Why it does not serve, such as `starting` or `draining`; undefined while it serves. */
  readonly reason: string | undefined
  /**
   * What does not work although the gateway serves: issuers whose keys have not been reached, targets
   * that are down. Said, but no reason to be taken out of rotation: the gateway starts without its
   * identity provider, and a replica that everybody else would replace it with has the same problem.
   */
  readonly degraded: readonly { readonly what: string; readonly reason: string }[]
}

export type Admin = (path: string, method: string) => AdminAnswer

const JSON_TYPE = 'application/json'
const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * The endpoints for operators: `/healthz/live` (the process answers), `/healthz/ready` (200 when it
 * can serve, else 503 with the reason), `/metrics`.
 */
export function createAdmin(sources: { readiness(): Readiness; metrics(): string }): Admin {
  const endpoints: Readonly<Record<string, () => AdminAnswer>> = {
    '/healthz/live': () => json(200, { status: 'ok' }),
    '/healthz/ready': () => ready(sources.readiness()),
    '/metrics': () => ({ status: 200, contentType: METRICS_TYPE, body: sources.metrics() }),
  }
  return (path, method) => {
    const endpoint = Object.hasOwn(endpoints, path) ? endpoints[path] : undefined
    if (endpoint === undefined) {
      return json(404, { error: `No such page. There are ${Object.keys(endpoints).join(', ')}` })
    }
    if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'Only GET and HEAD' })
    return endpoint()
  }
}

function ready({ serving, reason, degraded }: Readiness): AdminAnswer {
  if (!serving) return json(503, { status: 'not ready', reason, degraded })
  return json(200, { status: degraded.length === 0 ? 'ok' : 'degraded', degraded })
}

function json(status: number, value: object): AdminAnswer {
  return { status, contentType: JSON_TYPE, body: `${JSON.stringify(value)}\n` }
}
