import { type Place, spotIn } from '../../config/check.ts'
import type { Located } from '../../config/resource.ts'
import { type KubernetesObject, titleOf } from './object.ts'

/** Origin and places of a resource that one object says, from `path` on. */
export function placed(object: KubernetesObject, path: string): Located {
  return locatedIn(placeIn(object, path))
}

export function placeIn(object: KubernetesObject, path: string): Place {
  return { source: titleOf(object), path }
}

export function locatedIn(place: Place): Located {
  return { origin: { source: place.source }, locate: (...path) => spotIn(place, path) }
}
