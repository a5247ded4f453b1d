import type { Environment } from './environment.ts'
import type { PathSegment } from './resource.ts'

/** Variables that stand in for a member of the file and win over it, as in agentgateway. */
const OVERRIDES: Readonly<Record<string, readonly string[]>> = {
  SESSION_KEY: ['config', 'session', 'key'],
  ADMIN_ADDR: ['config', 'adminAddr'],
  STATS_ADDR: ['config', 'statsAddr'],
  READINESS_ADDR: ['config', 'readinessAddr'],
  CONNECTION_TERMINATION_DEADLINE: ['config', 'connectionTerminationDeadline'],
}

/** The configuration with the overriding variables in it; several session keys are separated by commas. */
export function override(value: unknown, environment: Environment): unknown {
  let result = value
  for (const [name, path] of Object.entries(OVERRIDES)) {
    const text = environment[name]
    if (text === undefined || text === '') continue
    result = put(result, path, text.includes(',') ? text.split(',') : text)
  }
  return result
}

/** The variable that decides about the member at `path`, if one is set. */
export function overriding(
  path: readonly PathSegment[],
  environment: Environment,
): string | undefined {
  return Object.keys(OVERRIDES).find(
    name =>
      (environment[name] ?? '') !== '' &&
      OVERRIDES[name]?.every((segment, index) => path[index] === segment),
  )
}

function put(value: unknown, path: readonly string[], leaf: unknown): unknown {
  const [head, ...rest] = path
  if (head === undefined) return leaf
  // What is no mapping is wrong, and left to the schema to say so.
  if (
    value !== undefined &&
    value !== null &&
    (typeof value !== 'object' || Array.isArray(value))
  ) {
    return value
  }
  const members = (value ?? {}) as Readonly<Record<string, unknown>>
  return { ...members, [head]: put(members[head], rest, leaf) }
}
