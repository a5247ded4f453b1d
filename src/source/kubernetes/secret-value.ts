import { Secret as Hidden } from '../../config/secret.ts'
import type { Cluster } from './cluster.ts'
import type { Secret } from './gateway-api.ts'

/** One value of a Secret as text; undefined when the Secret or the key is not there, or is empty. */
export function secretValue(
  cluster: Cluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  key: string,
): Hidden | undefined {
  const { data = {} } = cluster.get<Secret>('Secret', namespace, name) ?? {}
  const encoded = Object.hasOwn(data, key) ? data[key] : undefined
  if (encoded === undefined || encoded === '') return undefined
  return new Hidden(Buffer.from(encoded, 'base64').toString('utf8'))
}
