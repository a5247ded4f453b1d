import type { Located, PathSegment } from '../resource.ts'

/** Origin and `locate` of the resource that was written at `base`. */
export type At = (...base: readonly PathSegment[]) => Located
