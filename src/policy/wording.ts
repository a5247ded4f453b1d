import type { Kind } from '../cel/types.ts'
import type { Rule } from '../config/snapshot.ts'
import type { RuleValue, Ruling } from './rule-set.ts'

/** Where the deciding rule was written, for the log. */
export function ruleName({ by }: Ruling): string {
  return by === undefined ? 'the lack of an allow rule that is true' : `${by.effect} ${placeOf(by)}`
}

/** `portcullis.yaml:14:9` */
export function placeOf({ origin, path }: Rule): string {
  const place = [origin.source, origin.line, origin.column].filter(part => part !== undefined)
  return origin.line === undefined ? `${place.join(':')} ${path}` : place.join(':')
}

/** Why something is denied, in one sentence for whoever may know. */
export function explainVerdict({ by, value }: Ruling, kind: Kind, name: string): string {
  const what = `The ${kind} ${name} is denied`
  if (by === undefined) return `${what}: no allow rule is true`
  return `${what}: the ${by.effect} rule \`${by.expression}\` ${value === undefined ? 'decided' : VALUES[value]}`
}

const VALUES: Readonly<Record<RuleValue, string>> = {
  true: 'is true',
  false: 'is not true',
  error: 'cannot be evaluated',
  unknown: 'depends on the arguments',
}
