import { check } from '../../config/check.ts'
import type { BackendResource } from '../../config/resource.ts'
import { namedBackend } from '../../config/schema/backend.ts'
import type { AgentgatewayBackend } from './agentgateway.ts'
import type { Cluster } from './cluster.ts'
import { type Verdict, verdict } from './conditions.ts'
import { connectionOf, type Effect } from './effects.ts'
import { given } from './given.ts'
import { type AttachedTo, type TranslatedTarget, translateTargets } from './mcp-targets.ts'
import { nameOf } from './object.ts'
import { placed, placeIn } from './placed.ts'
import type { PolicyTarget } from './policy-targets.ts'
import { backendSections, translateSections } from './sections.ts'

export type TranslatedBackend = {
  readonly object: AgentgatewayBackend
  /** Undefined: it cannot be used, and `accepted` says why. */
  readonly resource: BackendResource | undefined
  /** What its own policies do to the routes that lead to it. */
  readonly effect: Effect
  /** Services and named targets behind it, whose policies can close it. */
  readonly parts: readonly PolicyTarget[]
  readonly accepted: Verdict
}

/** Kinds of backends that are somebody else's work. */
const OUTSIDE = ['ai', 'a2a', 'aws', 'dynamicForwardProxy']
const NO_EFFECT: Effect = { pieces: [], refuses: undefined, overrides: false }

/**
 * An AgentgatewayBackend as a named backend: MCP targets, or one host. Its own policies go before those of
 * policies that are attached to it.
 *
 * @param problem what the configuration says is wrong with it
 */
export function translateBackend(
  cluster: Cluster,
  object: AgentgatewayBackend,
  attachedTo: AttachedTo,
  problem: string | undefined,
): TranslatedBackend {
  const refused = (message: string): TranslatedBackend => ({
    object,
    resource: undefined,
    effect: NO_EFFECT,
    parts: [],
    accepted: verdict('Accepted', false, 'Invalid', message),
  })
  if (problem !== undefined) return refused(problem)
  const { spec = {} } = object
  const outside = OUTSIDE.find(name => spec[name] !== undefined)
  if (outside !== undefined) return refused(`spec.${outside} is outside of what Portcullis does`)

  const targets = translateTargets(cluster, object, attachedTo)
  const sections = backendSections(spec.policies ?? {}, 'spec.policies')
  const own = translateSections(cluster, 'AgentgatewayBackend', object, sections)
  const invalid = [own, ...targets.map(target => target.sections)].flatMap(one => one.invalid)
  if (invalid.length > 0) return refused([...new Set(invalid)].join('; '))

  const written = spec.mcp === undefined ? staticHost(spec.static) : { mcp: toMcp(object, targets) }
  if ('problem' in written) return refused(written.problem)
  const name = backendName(object)
  const place = placeIn(object, spec.mcp === undefined ? 'spec.static' : 'spec')
  const { value, diagnostics } = check(namedBackend, { name, ...written }, place)
  if (value === undefined) {
    return refused(diagnostics.map(one => `${one.path}: ${one.message}`).join('; '))
  }
  const effect: Effect = { ...NO_EFFECT, pieces: own.pieces }
  const whole = { kind: 'AgentgatewayBackend', ...idOf(object), section: undefined } as const
  const policies = connectionOf([attachedTo(whole), [effect]])
  const partial = [own, ...targets.map(target => target.sections)].flatMap(one => one.partial)
  return {
    object,
    resource: {
      kind: 'backend',
      ...value,
      ...(value.mcp === undefined ? {} : { mcp: withPolicies(value.mcp, targets) }),
      policies,
      ...placed(object, place.path),
    },
    effect,
    parts: targets.flatMap(({ parts }) => parts),
    accepted: verdict('Accepted', true, 'Accepted', accepted([...new Set(partial)])),
  }
}

function accepted(partial: readonly string[]): string {
  return ['Backend successfully accepted', ...partial].join('; ')
}

function idOf({ metadata: { namespace = '', name } }: AgentgatewayBackend) {
  return { namespace, name }
}

type Mcp = NonNullable<BackendResource['mcp']>

function withPolicies(mcp: Mcp, targets: readonly TranslatedTarget[]): Mcp {
  return {
    ...mcp,
    targets: mcp.targets.map((target, index) => ({
      ...target,
      policies: targets[index]?.policies ?? {},
    })),
  }
}

/** What routes name it by. */
export function backendName(object: AgentgatewayBackend): string {
  return `AgentgatewayBackend ${nameOf(object)}`
}

function staticHost(
  spec: NonNullable<AgentgatewayBackend['spec']>['static'],
): { readonly host: string } | { readonly problem: string } {
  if (spec?.host === undefined) return { problem: 'spec.mcp or spec.static with a host is needed' }
  return { host: `http://${spec.host}:${spec.port ?? 80}` }
}

/** Words of the file format are those of the CRD, in another case. */
function toMcp({ spec = {} }: AgentgatewayBackend, targets: readonly TranslatedTarget[]): object {
  const { sessionRouting, failureMode, prefixMode } = spec.mcp ?? {}
  return {
    targets: targets.map(({ written }) => written),
    ...given({ statefulMode: sessionRouting, failureMode, prefixMode }),
  }
}
