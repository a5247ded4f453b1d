import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Resource } from '../../config/resource.ts'
import type { GatewayAddress } from './gateway-api.ts'
import type { KindName } from './kinds.ts'
import type { KubernetesObject } from './object.ts'
import type { ProtectedResource } from './protected-resource.ts'
import type { TranslateRule } from './rules.ts'

/** What the objects of the cluster say, as resources and as what their status should say. */
export type Translation = {
  readonly resources: readonly Resource[]
  readonly statuses: readonly StatusChange[]
}

/** The status that an object should have. */
export type StatusChange = {
  readonly kind: KindName
  readonly object: KubernetesObject
  /**
   * The members to write. Pure: what others wrote into lists is kept from `before`.
   *
   * @param now RFC 3339
   */
  readonly status: (before: unknown, now: string) => Readonly<Record<string, unknown>>
}

export type TranslateOptions = {
  /** What the documents of routes under AuthPolicies say, unless an MCPGatewayExtension does. */
  readonly protectedResource: ProtectedResource
  /** Classes that are served whoever their controller is said to be. */
  readonly gatewayClasses: readonly string[]
  readonly translateRule: TranslateRule
  /** Where clients reach the Gateways, if that is known. */
  readonly addresses?: readonly GatewayAddress[]
  /** Ports that could not be opened when they were asked for last, and why. */
  readonly unavailablePorts?: ReadonlyMap<number, string>
  /** What is wrong with resources as a whole. */
  readonly diagnose: (resources: readonly Resource[]) => readonly Diagnostic[]
}
