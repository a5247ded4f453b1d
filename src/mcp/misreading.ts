import type { CallFailure } from './failure.ts'
import { eachMember, valueStart } from './json-scan.ts'
import { isObject } from './message.ts'

const RESERVED = new Set(['jsonrpc', 'id', 'method', 'params', 'result', 'error'])
const RESERVED_PARAMS = new Set(['name', 'uri', 'taskid', 'arguments', 'ref'])

/**
 * Why another parser could read a message differently, undefined when none could. Some servers read member names
 * without regard to case (Go's encoding/json does), and of a member that stands twice parsers take the first or
 * the last: so one message could pass the gateway's rules and another reach the server. Only the members
 * that say what is called are looked at.
 *
 * @param text of the message, from which `message` was parsed
 */
export function misreading(
  text: string,
  message: Readonly<Record<string, unknown>>,
): CallFailure | undefined {
  const params = isObject(message.params) ? message.params : NO_PARAMS
  const misspelt = lookAlike(message, RESERVED) ?? lookAlike(params, RESERVED_PARAMS)
  if (misspelt !== undefined)
    return {
      kind: 'invalid_request',
      detail: `the member ${JSON.stringify(misspelt)} differs from a JSON-RPC member only by case`,
    }
  const twice = repeated(text, message, params)
  return twice === undefined
    ? undefined
    : { kind: 'invalid_request', detail: `the member ${JSON.stringify(twice)} is there twice` }
}

const NO_PARAMS: Readonly<Record<string, unknown>> = Object.freeze({})

function lookAlike(
  object: Readonly<Record<string, unknown>>,
  reserved: ReadonlySet<string>,
): string | undefined {
  for (const name in object) {
    if (reserved.has(name) || name === 'taskId') continue
    if (reserved.has(name.toLowerCase())) return name
  }
  return undefined
}

/** Parsing leaves one of the members that have the same name, so counting tells whether to look for them. */
function repeated(
  text: string,
  message: Readonly<Record<string, unknown>>,
  params: Readonly<Record<string, unknown>>,
): string | undefined {
  const start = valueStart(text)
  let count = 0
  let paramsStart = start
  eachMember(text, start, (name, from) => {
    count++
    if (name === 'params') paramsStart = from
  })
  if (count !== Object.keys(message).length) {
    const twice = nameTwice(text, start, RESERVED)
    if (twice !== undefined) return twice
  }
  if (params === NO_PARAMS) return undefined
  count = 0
  eachMember(text, paramsStart, () => count++)
  return count === Object.keys(params).length
    ? undefined
    : nameTwice(text, paramsStart, RESERVED_PARAMS)
}

function nameTwice(text: string, start: number, reserved: ReadonlySet<string>): string | undefined {
  const seen = new Set<string>()
  let twice: string | undefined
  eachMember(text, start, name => {
    if (!reserved.has(name.toLowerCase())) return
    if (seen.has(name)) twice ??= name
    seen.add(name)
  })
  return twice
}
