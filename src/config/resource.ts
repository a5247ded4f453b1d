import type { Origin } from './diagnostic.ts'

/**
 * One typed piece of configuration with its origin. A file, the command line and a Kubernetes API all
 * come down to these, and `compile` turns them into one snapshot.
 */
export type Resource = {
  readonly origin: Origin
}
