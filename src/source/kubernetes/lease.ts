import type { Log } from '../../observe/log.ts'
import { type Api, ApiError } from './api.ts'
import { pause } from './backoff.ts'

export type LeaseOptions = {
  readonly api: Api
  readonly namespace: string
  readonly name: string
  /** Unique among the replicas. */
  readonly identity: string
  readonly log: Log
  readonly leads: (leads: boolean) => void
  readonly signal: AbortSignal
  readonly times?: { readonly leaseMs: number; readonly retryMs: number }
}

type Lease = {
  readonly metadata: { readonly resourceVersion?: string }
  readonly spec?: {
    readonly holderIdentity?: string
    readonly leaseDurationSeconds?: number
    readonly renewTime?: string
    readonly leaseTransitions?: number
  }
}

const TIMES = { leaseMs: 15_000, retryMs: 2_000 }

/**
 * Elects one of the replicas (coordination.k8s.io/v1 Lease). A holder that does not renew loses the lease once its
 * time has passed on the clock of whoever watches it, so clocks of machines need not agree. Until the signal fires;
 * then the lease is given back.
 */
export async function holdLease(options: LeaseOptions): Promise<void> {
  const { api, namespace, name, identity, log, leads, signal } = options
  const { leaseMs, retryMs } = options.times ?? TIMES
  const collection = `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`
  const path = `${collection}/${encodeURIComponent(name)}`
  let holds = false
  let renewed = 0
  let seen = { version: '', at: 0 }
  let reported = false

  const say = (now: boolean) => {
    if (now === holds) return
    holds = now
    leads(now)
  }
  const spec = (before: Lease['spec'], transitions: number) => {
    const now = microTime()
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      renewTime: now,
      acquireTime: before?.holderIdentity === identity ? undefined : now,
      leaseTransitions: transitions,
    }
  }
  const attempt = async (): Promise<boolean> => {
    const lease = (await api.request('GET', path).catch(error => {
      if (error instanceof ApiError && error.status === 404) return undefined
      throw error
    })) as Lease | undefined
    if (lease === undefined) {
      const body = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } }
      await api.request('POST', collection, { ...body, spec: spec(undefined, 0) })
      return true
    }
    const version = lease.metadata.resourceVersion ?? ''
    if (version !== seen.version) seen = { version, at: performance.now() }
    const { holderIdentity = '', leaseTransitions = 0, leaseDurationSeconds } = lease.spec ?? {}
    const own = holderIdentity === identity
    const lifeMs = (leaseDurationSeconds ?? leaseMs / 1000) * 1000
    if (!own && holderIdentity !== '' && performance.now() - seen.at < lifeMs) return false
    await api.request('PATCH', path, {
      metadata: { resourceVersion: version },
      spec: spec(lease.spec, own ? leaseTransitions : leaseTransitions + 1),
    })
    return true
  }

  while (!signal.aborted) {
    try {
      const won = await attempt()
      if (won) renewed = performance.now()
      say(won)
      reported = false
    } catch (error) {
      // Two may have tried at once; that is how one of them learns that it lost.
      const lost = error instanceof ApiError && error.status === 409
      if (!lost && !reported) log.warn({ lease: name, error }, 'the lease cannot be renewed')
      reported = !lost
      // One retry before its end, so that nobody else holds it while this one still writes.
      if (lost || performance.now() - renewed > leaseMs - 2 * retryMs) say(false)
    }
    await pause(retryMs * (0.75 + Math.random() / 2), signal)
  }
  if (!holds) return
  await api
    .request('PATCH', path, { spec: { holderIdentity: '', leaseDurationSeconds: 1 } })
    .catch(() => undefined)
}

/** meta/v1 MicroTime. */
function microTime(): string {
  return new Date().toISOString().replace('Z', '000Z')
}
