import type { Fetch } from '../providers/fetch.ts'
import { bearerChallenge } from './bearer-challenge.ts'
import { difference } from './difference.ts'
import type { Evidence } from './evidence.ts'
import { exchange, type Members, membersOf, outcome } from './exchange.ts'
import type { Finding } from './finding.ts'

/**
 * Holds a token against what the endpoint and its authorization server say, then calls with it. The
 * signature is not checked here: the endpoint does that, and its refusal is printed.
 *
 * @param token sent to the endpoint, and nowhere else
 * @param now milliseconds since 1970
 */
export async function examineToken(
  fetch: Fetch,
  evidence: Evidence,
  token: string,
  now: number,
): Promise<readonly Finding[]> {
  const { url } = evidence
  const seen = await exchange(fetch, {
    url,
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })
  const status = seen.answer?.status ?? 0
  const challenge = bearerChallenge(seen.answer?.headers['www-authenticate'])
  const isLetIn = status !== 401 && status !== 403 && status !== 0
  const verdict: Finding = isLetIn
    ? fine('token', `the endpoint takes the token (${outcome(seen)})`)
    : {
        check: 'token',
        state: 'broken',
        says: `the endpoint refuses the token: ${challenge?.error_description ?? outcome(seen)}`,
        evidence: challenge?.error === undefined ? [] : [`error   ${challenge.error}`],
        change:
          'see what is broken below; the log of the gateway says what to change at the provider',
      }
  return isLetIn ? [verdict] : [verdict, ...claimFindings(evidence, token, now)]
}

function claimFindings(evidence: Evidence, token: string, now: number): readonly Finding[] {
  const [head = '', payload = '', ...rest] = token.split('.')
  const header = decode(head)
  const claims = decode(payload)
  if (rest.length !== 1 || header === undefined || claims === undefined) {
    return [
      fine('token-form', 'the token is no JWT: only the gateway and the provider can read it'),
    ]
  }
  return [
    issuerFinding(evidence, claims),
    audienceFinding(evidence, claims),
    expiryFinding(claims, now),
    keyFinding(evidence, header),
  ].filter(finding => finding !== undefined)
}

function issuerFinding({ authorizationServer }: Evidence, { iss }: Members): Finding | undefined {
  if (authorizationServer === undefined) return undefined
  const { issuer } = authorizationServer
  if (iss === issuer) return fine('token-issuer', 'iss is the authorization server of the metadata')
  return {
    check: 'token-issuer',
    // Behind a gateway that adapts a provider, the provider signs.
    state: 'weak',
    says: 'iss is not the authorization server of the metadata: right only if the gateway adapts that issuer',
    evidence: difference(String(iss), issuer),
    change: 'ask the authorization server of the metadata for the token',
  }
}

function audienceFinding({ url, metadata }: Evidence, { aud }: Members): Finding {
  const wanted = typeof metadata.members?.resource === 'string' ? metadata.members.resource : url
  const audiences = [aud].flat().filter(one => typeof one === 'string')
  if (audiences.includes(wanted)) return fine('token-audience', 'aud is this resource')
  const [first] = audiences
  return {
    check: 'token-audience',
    // `audiences` of the configuration may list another name.
    state: 'weak',
    says:
      first === undefined
        ? 'the token has no aud: nothing says that it is meant for this resource'
        : 'aud is not this resource: right only if the gateway is configured with that audience',
    evidence: first === undefined ? [`wanted  ${wanted}`] : difference(first, wanted),
    change: 'make the provider put the resource into aud, or list the audience in audiences',
  }
}

function expiryFinding({ exp }: Members, now: number): Finding {
  if (typeof exp !== 'number') {
    return {
      check: 'token-expiry',
      state: 'broken',
      says: 'the token has no exp',
      evidence: [],
      change: 'have the provider set one',
    }
  }
  const left = Math.round(exp - now / 1000)
  if (left > 0) return fine('token-expiry', `the token ends in ${left} s`)
  return {
    check: 'token-expiry',
    state: 'broken',
    says: `the token ended ${-left} s ago`,
    evidence: [`exp     ${new Date(exp * 1000).toISOString()}`],
    change: 'get a new one; if it is new, compare the clocks of the machines',
  }
}

function keyFinding({ authorizationServer }: Evidence, { kid }: Members): Finding | undefined {
  const keys = authorizationServer?.keys && membersOf(authorizationServer.keys)?.keys
  if (!Array.isArray(keys) || typeof kid !== 'string') return undefined
  const known = keys.map(key => String((key as Members | null)?.kid))
  if (known.includes(kid)) return fine('token-key', 'the token was signed with a key of the set')
  return {
    check: 'token-key',
    state: 'broken',
    says: 'the key that signed the token is not in the key set',
    evidence: [`got     ${kid}`, `wanted  ${known.join(' or ')}`],
    change: 'the token is of another provider, or of keys that are gone: get a new one',
  }
}

function fine(check: string, says: string): Finding {
  return { check, state: 'fine', says, evidence: [], change: undefined }
}

function decode(part: string): Members | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return typeof value === 'object' && value !== null ? (value as Members) : undefined
  } catch {
    return undefined
  }
}
