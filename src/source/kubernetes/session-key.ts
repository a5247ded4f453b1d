import { randomBytes } from 'node:crypto'
import { Secret } from '../../config/secret.ts'
import { type Api, ApiError } from './api.ts'

/** Key of the value in the Secret. */
export const SESSION_KEY = 'key'

/**
 * The sealing key that all replicas share, from a Secret of the gateway's own namespace, which is made
 * if it is not there. Of several replicas that start at once one makes it, the others take that one.
 *
 * @throws Error when the Secret can neither be read nor made
 */
export async function sharedSessionKey(api: Api, name: string): Promise<Secret> {
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
  const encoded = data[SESSION_KEY]
  if (encoded === undefined) {
    throw new Error(`the Secret ${api.namespace}/${name} has no ${SESSION_KEY}`)
  }
  return new Secret(Buffer.from(encoded, 'base64').toString('utf8'))
}

function on<T>(status: number, otherwise: () => Promise<T>): (error: unknown) => Promise<T> {
  return error => {
    if (error instanceof ApiError && error.status === status) return otherwise()
    throw error
  }
}
