/** What the API server hands out, as far as every kind has it. */
export type KubernetesObject<Spec = unknown, Status = unknown> = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Metadata
  readonly spec?: Spec
  readonly status?: Status
}

export type Metadata = {
  readonly name: string
  /** Left out for what belongs to the cluster. */
  readonly namespace?: string
  readonly uid?: string
  readonly generation?: number
  readonly resourceVersion?: string
  /** RFC 3339. */
  readonly creationTimestamp?: string
  readonly deletionTimestamp?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** `namespace/name`, or the name alone for what belongs to the cluster. */
export function nameOf({ metadata: { namespace, name } }: KubernetesObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** `HTTPRoute shop/tools`: how messages and origins name an object. */
export function titleOf(object: KubernetesObject): string {
  return `${object.kind} ${nameOf(object)}`
}

/**
 * The order in which conflicts are decided: the oldest first, then by namespace and name
 * (Gateway API, "Conflicts").
 */
export function byAge(a: KubernetesObject, b: KubernetesObject): number {
  const [older, newer] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '']
  if (older !== newer) return older < newer ? -1 : 1
  const [first, second] = [nameOf(a), nameOf(b)]
  return first < second ? -1 : first > second ? 1 : 0
}
