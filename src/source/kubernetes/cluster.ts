import { isDeepStrictEqual } from 'node:util'
import type { Api } from './api.ts'
import { collectionPath, KINDS, type Kind, type KindName, resourceName } from './kinds.ts'
import { listWatch } from './list-watch.ts'
import { byAge, type KubernetesObject } from './object.ts'

/** Copies of everything that is read, as they are at the moment. */
export type Cluster = {
  /** The oldest first. */
  readonly all: <T extends KubernetesObject>(kind: KindName) => readonly T[]
  readonly get: <T extends KubernetesObject>(
    kind: KindName,
    namespace: string | undefined,
    name: string,
  ) => T | undefined
}

export type WatchedCluster = Cluster & {
  /** Settles when every kind has been listed, or cannot be. */
  readonly synced: Promise<void>
  /** Kinds that cannot be read, with the reason. */
  readonly troubles: () => ReadonlyMap<string, string>
}

export type ClusterOptions = {
  readonly api: Api
  /** Empty: all. What belongs to the cluster is read in any case. */
  readonly namespaces: readonly string[]
  readonly changed: (kind: KindName) => void
  readonly trouble: (resource: string, problem: string | undefined) => void
  readonly signal: AbortSignal
}

/** Lists and watches every kind until the signal fires. */
export function watchCluster(options: ClusterOptions): WatchedCluster {
  const stores = new Map<KindName, Map<string, KubernetesObject>>()
  const sorted = new Map<KindName, readonly KubernetesObject[]>()
  const troubles = new Map<string, string>()
  const first: Promise<void>[] = []

  for (const name of Object.keys(KINDS) as KindName[]) {
    const kind = KINDS[name]
    const store = new Map<string, KubernetesObject>()
    stores.set(name, store)
    const changed = () => {
      sorted.delete(name)
      options.changed(name)
    }
    const places =
      kind.namespaced && options.namespaces.length > 0 ? options.namespaces : [undefined]
    for (const place of places) {
      first.push(
        new Promise(ready => {
          void listWatch({
            api: options.api,
            path: collectionPath(kind, place),
            fieldSelector: kind.fieldSelector,
            replace(objects) {
              for (const [key, { metadata }] of store) {
                if (place === undefined || metadata.namespace === place) store.delete(key)
              }
              for (const object of objects) store.set(keyOf(object), slim(object, kind))
              changed()
              ready()
            },
            put(object) {
              const before = store.get(keyOf(object))
              const now = slim(object, kind)
              if (before !== undefined && isSameButStatus(before, now)) {
                // The spec stays the very same, for those who remember what they made of it.
                store.set(keyOf(object), { ...now, spec: before.spec })
                sorted.delete(name)
                return
              }
              store.set(keyOf(object), now)
              changed()
            },
            remove(object) {
              store.delete(keyOf(object))
              changed()
            },
            trouble(problem) {
              const resource = resourceName(kind)
              if (problem === undefined) troubles.delete(resource)
              else troubles.set(resource, problem)
              options.trouble(resource, problem)
            },
            signal: options.signal,
          })
        }),
      )
    }
  }

  return {
    synced: Promise.all(first).then(() => undefined),
    troubles: () => troubles,
    all<T extends KubernetesObject>(kind: KindName) {
      const known = sorted.get(kind) ?? [...(stores.get(kind)?.values() ?? [])].sort(byAge)
      sorted.set(kind, known)
      return known as readonly T[]
    },
    get: <T extends KubernetesObject>(
      kind: KindName,
      namespace: string | undefined,
      name: string,
    ) => stores.get(kind)?.get(key(namespace, name)) as T | undefined,
  }
}

function key(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`
}

function keyOf({ metadata }: KubernetesObject): string {
  return key(metadata.namespace, metadata.name)
}

/** Statuses are written by ourselves above all; they change nothing that is served. */
function isSameButStatus(before: KubernetesObject, { metadata }: KubernetesObject): boolean {
  const { generation, labels, annotations } = before.metadata
  return (
    generation !== undefined &&
    generation === metadata.generation &&
    before.metadata.uid === metadata.uid &&
    isDeepStrictEqual(labels, metadata.labels) &&
    isDeepStrictEqual(annotations, metadata.annotations)
  )
}

/** A copy without what nobody here reads: who set which field, what was applied last, data that nothing refers to. */
function slim(object: KubernetesObject, kind: Kind): KubernetesObject {
  const { managedFields: _, annotations, ...metadata } = object.metadata as Managed
  const { [LAST_APPLIED]: __, ...kept } = annotations ?? {}
  const copy = { ...object, metadata: { ...metadata, annotations: kept } }
  if (kind.data === undefined) return copy
  const { data = {} } = object as { readonly data?: Readonly<Record<string, string>> }
  const wanted = Object.entries(data).filter(([name]) => kind.data?.includes(name) === true)
  return Object.assign(copy, { data: Object.fromEntries(wanted), binaryData: undefined })
}

type Managed = KubernetesObject['metadata'] & { readonly managedFields?: unknown }

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
