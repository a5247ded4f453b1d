import type { Origin } from './diagnostic.ts'
import type { RouteBackendConfig, ServiceBackendConfig } from './schema/backend.ts'
import type { ListenerPolicies } from './schema/listener.ts'
import type { MatchConfig } from './schema/match.ts'
import type { RoutePolicies } from './schema/policies.ts'
import type { ProcessConfig } from './schema/process.ts'
import type { TlsConfig } from './schema/tls.ts'

/**
 * One typed piece of configuration with its origin. A file, the command line and a Kubernetes API all
 * come down to a flat list of these, and `compile` turns the list into one snapshot.
 */
export type Resource =
  | ProcessResource
  | BindResource
  | ListenerResource
  | RouteResource
  | BackendResource

export type Located = {
  readonly origin: Origin
  /** Where a member was written; the nearest that was written when it was not. */
  readonly locate: Locate
}

export type PathSegment = string | number
/** `path` inside the resource, such as `('policies', 'cors', 'allowOrigins', 0)`. */
export type Locate = (...path: readonly PathSegment[]) => Spot
/** `locate` of what stands at `base` inside the same thing. */
export function below(locate: Locate, ...base: readonly PathSegment[]): Locate {
  return (...path) => locate(...base, ...path)
}

/** A spot in what the operator wrote: what a diagnostic points at. */
export type Spot = { readonly origin: Origin; readonly path: string }

/** What holds for the whole process; of several, the last member given wins. */
export type ProcessResource = Located & { readonly kind: 'process' } & ProcessConfig

/** One TCP port. The only place of a port: 0 is replaced here once the socket is open. */
export type BindResource = Located & {
  readonly kind: 'bind'
  /** What listeners name it by; unique. */
  readonly key: string
  readonly port: number
  readonly address?: string | undefined
}

export type ListenerResource = Located &
  ListenerPolicies & {
    readonly kind: 'listener'
    /** What routes name it by; unique. Also the name in logs. */
    readonly key: string
    /** Key of its bind. */
    readonly bind: string
    readonly hostname?: string | undefined
    readonly protocol: 'HTTP' | 'HTTPS'
    readonly tls?: TlsConfig | undefined
    readonly publicUrl?: string | undefined
    /** Beside or in place of those that stand here by themselves. */
    readonly policies?: ListenerPolicies | undefined
  }

export type RouteResource = Located & {
  readonly kind: 'route'
  /** Keys of the listeners that serve it. */
  readonly listeners: readonly string[]
  /** Unique within each of its listeners. */
  readonly name: string
  readonly hostnames?: readonly string[] | undefined
  /** Undefined: everything. */
  readonly matches?: readonly MatchConfig[] | undefined
  readonly policies?: RoutePolicies | undefined
  readonly publicUrl?: string | undefined
  readonly backends?: readonly RouteBackendConfig[] | undefined
}

/** A backend that routes and targets name. */
export type BackendResource = Located & {
  readonly kind: 'backend'
  readonly name: string
} & ServiceBackendConfig
