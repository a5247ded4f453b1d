import { randomBytes } from 'node:crypto'
import { Secret } from '../../config/secret.ts'
import type { Log } from '../../observe/log.ts'
import { type Api, ApiError } from './api.ts'
import { createBackoff } from './backoff.ts'

/** Key of the value in the Secret. */
export const SESSION_KEY = 'key'

/**
 * The sealing keys that all replicas share, from a Secret of the gateway's own namespace, which is made
 * if it is not there. Of several replicas that start at once one makes it, the others take that one. An API server that
 * does not answer is asked again, after a pause that grows.
 *
 * @throws Error when the Secret may neither be read nor made, or holds no key
 */
export async function sharedSessionKey(api: Api, name: string, log: Log): Promise<Secret> {
  const signal = new AbortController().signal
  const backoff = createBackoff(250, 10_000)
  for (;;) {
    try {
      return await readOrMake(api, name)
    } catch (error) {
      if (error instanceof NoKey) throw error
      if (error instanceof ApiError && !PASSING.includes(error.status)) throw error
      log.warn({ error }, 'the API server does not answer; it is asked again')
      await backoff.wait(signal)
    }
  }
}

/** Whether a value of the Secret can be used: keys of 64 hex characters, one a line, of which the first one seals. */
export function holdsKeys(text: Secret): boolean {
  return /^\s*[0-9a-f]{64}(\s+[0-9a-f]{64})*\s*$/i.test(text.reveal())
}

async function readOrMake(api: Api, name: string): Promise<Secret> {
  const collection = `/api/v1/namespaces/${encodeURIComponent(api.namespace)}/secrets`
  const read = async () =>
    (await api.request('GET', `${collection}/${encodeURIComponent(name)}`)) as {
      readonly data?: Readonly<Record<string, string>>
    }
  const make = async () =>
    (await api.request('POST', collection, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name, labels: { 'app.kubernetes.io/managed-by': 'portcullis' } },
      type: 'Opaque',
      data: { [SESSION_KEY]: Buffer.from(randomBytes(32).toString('hex')).toString('base64') },
    })) as Awaited<ReturnType<typeof read>>
  const { data = {} } = await read().catch(on(404, make)).catch(on(409, read))
  const keys = new Secret(Buffer.from(data[SESSION_KEY] ?? '', 'base64').toString('utf8'))
  if (holdsKeys(keys)) return keys
  const place = `${api.namespace}/${name}`
  throw new NoKey(
    `the Secret ${place} has no \`${SESSION_KEY}\` of 64 hex characters; delete it, and one is made`,
  )
}

class NoKey extends Error {}

/** Too many requests, and an API server that is not ready or whose store is away. */
const PASSING: readonly number[] = [429, 500, 502, 503, 504]

function on<T>(status: number, otherwise: () => Promise<T>): (error: unknown) => Promise<T> {
  return error => {
    if (error instanceof ApiError && error.status === status) return otherwise()
    throw error
  }
}
