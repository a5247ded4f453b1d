import type { Locate } from '../resource.ts'
import type { RefusalConfig, RefusalsPolicy } from '../schema/refusals.ts'
import { httpUrl } from '../schema/value.ts'
import type { Refusal, Refusals, WrittenChallenge } from '../snapshot.ts'
import type { Report } from './report.ts'

export function compileRefusals(
  { unauthenticated, unauthorized }: RefusalsPolicy,
  locate: Locate,
  report: Report,
): Refusals {
  const compile = (member: string, config: RefusalConfig | undefined) =>
    config && compileRefusal(config, (...path) => locate(member, ...path), report)
  return {
    unauthenticated: compile('unauthenticated', unauthenticated),
    unauthorized: compile('unauthorized', unauthorized),
  }
}

/** Of this message, so not for whoever configures it to say. */
const OWN = ['content-length', 'transfer-encoding', 'connection', 'cache-control']

function compileRefusal(
  { status, headers = [], body }: RefusalConfig,
  locate: Locate,
  report: Report,
): Refusal {
  const challenges = headers.filter(([name]) => name === 'www-authenticate')
  for (const [name] of headers.filter(([one]) => OWN.includes(one))) {
    report.error(locate('headers'), `${name} is the gateway's own`, 'Remove it')
  }
  const [written, ...more] = challenges.map(([, value]) => parseChallenge(value))
  if (more.length > 0 || (challenges.length > 0 && written === undefined)) {
    report.error(
      locate('headers'),
      'www-authenticate is no single Bearer challenge with parameters',
      'Write Bearer and resource_metadata, realm or scope after it, or leave it to the gateway',
    )
  }
  const isTyped = headers.some(([name]) => name === 'content-type')
  const type = isTyped || body === undefined ? [] : ['content-type', typeOf(body)]
  const others = headers.filter(([name]) => name !== 'www-authenticate')
  return { status, headers: [...type, ...others.flat()], body, challenge: written }
}

function typeOf(body: string): string {
  try {
    JSON.parse(body)
    return 'application/json'
  } catch {
    return 'text/plain; charset=utf-8'
  }
}

const PARAMETER = /([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi

/**
 * RFC 9110 §11.6.1, read generously: published manifests write URLs without the quotes that they need.
 * Parameters that say what was wrong with a request are left to the request.
 */
function parseChallenge(value: string): WrittenChallenge | undefined {
  const [, rest = ''] = /^Bearer\s+(.+)$/i.exec(value.trim()) ?? []
  const parameters = [...rest.matchAll(PARAMETER)]
  const read = rest.replace(PARAMETER, '')
  if (parameters.length === 0 || !/^[\s,]*$/.test(read)) return undefined
  const members = new Map(
    parameters.map(([, name = '', quoted, plain = '']) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain,
    ]),
  )
  const url = members.get('resource_metadata')
  if (url !== undefined && !httpUrl.safeParse(url).success) return undefined
  return {
    resourceMetadata: url,
    realm: members.get('realm'),
    scopes: members.get('scope')?.split(/\s+/),
  }
}
