import type { Check } from './check.ts'
import type { Knock } from './evidence.ts'
import { outcome } from './exchange.ts'
import type { Problem } from './finding.ts'

const PROTECT = 'put mcpAuthentication on the route that takes this URL'

/** Names and addresses that mean nothing outside; a public name may still lead to a private address. */
const INNER =
  /^(?:localhost|.*\.(?:localhost|local|internal|test)|127\..*|10\..*|192\.168\..*|172\.(?:1[6-9]|2\d|3[01])\..*|169\.254\..*|\[(?:::1|f[cde].*)\]|[^.:[\]]+)$/

/** A first request of a client, which has to be refused with a way to a token. */
function refused(name: string, knock: Knock, what: string, who: string): Check {
  return {
    name,
    fine: `${what} without a token is answered with 401`,
    look: ({ knocks }) => {
      const { [knock]: seen } = knocks
      const { answer } = seen
      if (answer === undefined) {
        return {
          says: `nothing answers ${what}`,
          evidence: [outcome(seen)],
          change: 'start the server, or correct the URL',
        }
      }
      if (answer.status === 401) return undefined
      return {
        says: `${what} without a token is answered with ${outcome(seen)}, not with 401: ${who}`,
        change: answer.status < 300 ? PROTECT : (CHANGES[answer.status] ?? PROTECT),
        weak: knock === 'get' || knock === 'head',
      }
    },
  }
}

const CHANGES: Readonly<Record<number, string>> = {
  301: 'give clients the URL that it redirects to: a token is not sent after a redirect',
  302: 'give clients the URL that it redirects to: a token is not sent after a redirect',
  307: 'give clients the URL that it redirects to: a token is not sent after a redirect',
  308: 'give clients the URL that it redirects to: a token is not sent after a redirect',
  403: 'let the host and the origin of this request through; the body of the answer says which one is meant',
  404: 'correct the path of the URL, or of the route',
  405: 'authenticate before the method is looked at',
  406: 'authenticate before Accept is looked at',
}

/** MCP 2025-11-25 and 2026-07-28, authorization; RFC 6750 §3; RFC 9728 §5.1. */
export const challengeChecks: readonly Check[] = [
  {
    name: 'public',
    fine: 'the URL is one for the whole world',
    look: ({ url }) => {
      const { protocol, hostname } = new URL(url)
      const isInner = INNER.test(hostname)
      if (protocol === 'https:' && !isInner) return undefined
      return {
        says: isInner
          ? 'the URL means something on this machine or network only: hosted clients cannot reach it'
          : 'the URL is not https: hosted clients refuse it, and tokens can be read on the way',
        change: 'to be used by hosted clients, give it a public name and a certificate',
        weak: true,
      }
    },
  },
  refused('initialize', 'initialize', 'initialize', 'clients connect and never ask for a login'),
  refused(
    'discover',
    'discover',
    'server/discover (2026-07-28)',
    'clients of that revision knock with it',
  ),
  refused('get', 'get', 'GET', 'Codex and rmcp knock with it and miss the scope of the challenge'),
  refused('head', 'head', 'HEAD', 'Gemini knocks with it'),
  {
    name: 'challenge',
    fine: 'WWW-Authenticate names the metadata',
    look: ({ knocks: { initialize }, challenge }) => {
      if (initialize.answer?.status !== 401) return 'unknown'
      if (challenge?.resource_metadata !== undefined) return undefined
      const header = initialize.answer.headers['www-authenticate']
      return {
        says: 'the 401 does not say where the metadata is: clients guess, and Claude gives up',
        evidence: [`got     ${header === undefined ? 'no WWW-Authenticate' : header}`],
        change: 'answer WWW-Authenticate: Bearer with the parameter resource_metadata',
      }
    },
  },
  {
    name: 'challenge-scope',
    fine: 'WWW-Authenticate names the scopes that are needed',
    look: ({ challenge }): Problem | 'unknown' | undefined => {
      if (challenge === undefined) return 'unknown'
      if (challenge.scope !== undefined) return undefined
      return {
        says: 'the 401 names no scope: clients ask for all that the metadata lists, or for none',
        change: 'set resourceMetadata.scopesSupported to the scopes that every call needs',
        weak: true,
      }
    },
  },
]
