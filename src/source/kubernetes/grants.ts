import type { Cluster } from './cluster.ts'
import type { ReferenceGrant } from './gateway-api.ts'
import { KINDS, type KindName } from './kinds.ts'

export type Reference = {
  readonly from: { readonly kind: KindName; readonly namespace: string }
  readonly to: { readonly kind: KindName; readonly namespace: string; readonly name: string }
}

/**
 * Whether an object may name one in another namespace: only when a ReferenceGrant there says so
 * (Gateway API, "ReferenceGrant").
 */
export function isGranted(cluster: Cluster, { from, to }: Reference): boolean {
  if (from.namespace === to.namespace) return true
  return cluster
    .all<ReferenceGrant>('ReferenceGrant')
    .filter(({ metadata }) => metadata.namespace === to.namespace)
    .some(
      ({ spec }) =>
        spec?.from.some(
          one =>
            one.group === KINDS[from.kind].group &&
            one.kind === from.kind &&
            one.namespace === from.namespace,
        ) &&
        spec.to.some(
          one =>
            one.group === KINDS[to.kind].group &&
            one.kind === to.kind &&
            (one.name === undefined || one.name === '' || one.name === to.name),
        ),
    )
}
