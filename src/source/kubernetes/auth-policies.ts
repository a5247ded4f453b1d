import { type TranslatedAuthPolicy, translateAuthPolicy } from './auth-policy.ts'
import type { Cluster } from './cluster.ts'
import { verdict } from './conditions.ts'
import type { Effect } from './effects.ts'
import { isGranted } from './grants.ts'
import { KINDS, type KindName } from './kinds.ts'
import type { AuthPolicy, MCPGatewayExtension } from './kuadrant.ts'
import { nameOf, titleOf } from './object.ts'
import { missingPart, type PolicyTarget, targetKey } from './policy-targets.ts'
import type { ProtectedResource } from './protected-resource.ts'

export type AuthPolicies = {
  readonly all: readonly TranslatedAuthPolicy[]
  /** The one that is in force, in the place of its level; the other levels are empty. */
  readonly inForce: (levels: readonly (readonly PolicyTarget[])[]) => readonly (readonly Effect[])[]
}

const TARGETS: readonly KindName[] = ['Gateway', 'HTTPRoute']

/** All AuthPolicies. Of two with one target the older is in force, and the other says so. */
export function translateAuthPolicies(
  cluster: Cluster,
  defaults: ProtectedResource,
  blamed: ReadonlyMap<string, string>,
): AuthPolicies {
  const byTarget = new Map<string, TranslatedAuthPolicy>()
  const all = cluster.all<AuthPolicy>('AuthPolicy').map(policy => {
    const resource = { ...defaults, ...resourceOf(cluster, policy) }
    const translated = translateAuthPolicy(cluster, policy, resource, blamed.get(titleOf(policy)))
    const target = targetOf(policy)
    if (target === undefined) return { ...translated, accepted: INVALID_TARGET }
    const missing = missingPart(cluster, target)
    if (missing !== undefined) {
      const message = `${missing} does not exist`
      return { ...translated, accepted: verdict('Accepted', false, 'TargetNotFound', message) }
    }
    const other = byTarget.get(targetKey(target))
    if (other !== undefined) {
      const message = `${nameOf(other.policy)} is older and has the same target`
      return { ...translated, accepted: verdict('Accepted', false, 'Conflicted', message) }
    }
    byTarget.set(targetKey(target), translated)
    return translated
  })
  return {
    all,
    inForce(levels) {
      const found = levels.map(level =>
        level.flatMap(target => byTarget.get(targetKey(target))?.effect ?? []),
      )
      const overriding = found.findIndex(level => level.some(({ overrides }) => overrides))
      const closest = found.findLastIndex(level => level.length > 0)
      const winner = overriding === -1 ? closest : overriding
      return found.map((level, index) => (index === winner ? level : []))
    },
  }
}

const INVALID_TARGET = verdict(
  'Accepted',
  false,
  'TargetNotFound',
  'targetRef has to name a Gateway or an HTTPRoute',
)

/** In the namespace of the policy. */
export function targetOf({ metadata, spec }: AuthPolicy): PolicyTarget | undefined {
  const { kind, group, name = '', sectionName } = spec?.targetRef ?? {}
  const found = TARGETS.find(one => one === kind && KINDS[one].group === group)
  if (found === undefined) return undefined
  return { kind: found, namespace: metadata.namespace ?? '', name, section: sectionName }
}

/** What the MCP gateway of the same listener says of itself. */
function resourceOf(cluster: Cluster, policy: AuthPolicy): ProtectedResource | undefined {
  const target = targetOf(policy)
  const extension = cluster
    .all<MCPGatewayExtension>('MCPGatewayExtension')
    .find(({ metadata, spec }) => {
      const { name, namespace = metadata.namespace, sectionName } = spec?.targetRef ?? {}
      const isSame = name === target?.name && namespace === target?.namespace
      const from = { kind: 'MCPGatewayExtension', namespace: metadata.namespace ?? '' } as const
      const to = { kind: 'Gateway', namespace: namespace ?? '', name: name ?? '' } as const
      // A stranger must not say which authorization server clients are sent to.
      if (!isGranted(cluster, { from, to })) return false
      return isSame && (target?.section === undefined || target.section === sectionName)
    })
  const { oauthProtectedResource, publicHost } = extension?.spec ?? {}
  if (oauthProtectedResource === undefined) return undefined
  const resource = publicHost === undefined ? {} : { resource: `https://${publicHost}/mcp` }
  return { resourceName: 'MCP Server', ...resource, ...oauthProtectedResource }
}
