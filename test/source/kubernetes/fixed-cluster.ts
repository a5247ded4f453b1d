import type { Cluster } from '../../../src/source/kubernetes/cluster.ts'
import type { KindName } from '../../../src/source/kubernetes/kinds.ts'
import { byAge, type KubernetesObject } from '../../../src/source/kubernetes/object.ts'

/** A cluster that never changes. Objects that say nothing about it are as old as they stand in the list. */
export function fixedCluster(given: readonly KubernetesObject[]): Cluster {
  const objects = given.map((object, index) => ({
    ...object,
    metadata: {
      generation: 1,
      creationTimestamp: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
      ...object.metadata,
    },
  }))
  const all = <T extends KubernetesObject>(kind: KindName) =>
    objects.filter(object => object.kind === kind).sort(byAge) as unknown as readonly T[]
  return {
    all,
    get: <T extends KubernetesObject>(
      kind: KindName,
      namespace: string | undefined,
      name: string,
    ) =>
      all<T>(kind).find(
        ({ metadata }) => metadata.name === name && metadata.namespace === namespace,
      ),
  }
}
