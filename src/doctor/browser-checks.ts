import type { Check } from './check.ts'
import { BROWSER_ORIGIN, type Crossing } from './evidence.ts'
import { type Exchange, outcome } from './exchange.ts'
import type { Problem } from './finding.ts'

const CORS = 'give the route a cors policy that allows this origin'

/** May a page of the Inspector read this? Fetch standard, CORS check. */
function isReadable({ answer }: Exchange): boolean {
  const allowed = answer?.headers['access-control-allow-origin']
  return allowed === '*' || allowed === BROWSER_ORIGIN
}

function crossing(name: string, to: Crossing, wanted: readonly string[], change: string): Check {
  return {
    name,
    fine: `a page may send requests to the ${WHERE[to]}`,
    look: ({ preflights: { [to]: seen } }): Problem | 'unknown' | undefined => {
      if (seen === undefined) return 'unknown'
      const { status = 0, headers = {} } = seen.answer ?? {}
      const allowed = (headers['access-control-allow-headers'] ?? '').toLowerCase().split(/\s*,\s*/)
      // Fetch standard: the asterisk does not cover Authorization.
      const missing = wanted.filter(
        header =>
          !allowed.includes(header) && !(allowed.includes('*') && header !== 'authorization'),
      )
      if (status >= 200 && status < 300 && isReadable(seen) && missing.length === 0)
        return undefined
      return {
        says: `pages cannot send requests to the ${WHERE[to]}: ${PAGES}`,
        evidence: [
          `asked   OPTIONS ${seen.url} from ${BROWSER_ORIGIN}`,
          `got     ${outcome(seen)}`,
          `        access-control-allow-origin: ${headers['access-control-allow-origin'] ?? 'missing'}`,
          ...(missing.length === 0 ? [] : [`        not allowed: ${missing.join(', ')}`]),
        ],
        change,
      }
    },
  }
}

const PAGES = 'the Inspector that connects directly, and clients in a browser, fail'
const WHERE: Readonly<Record<Crossing, string>> = {
  mcp: 'MCP endpoint',
  registration: 'registration endpoint',
  token: 'token endpoint',
}
const AT_PROVIDER =
  'allow the origin at the provider, or put the gateway between with provider: {…}'

/** What clients in a browser need (Fetch standard, CORS protocol). */
export const browserChecks: readonly Check[] = [
  crossing(
    'browser-requests',
    'mcp',
    ['authorization', 'content-type', 'mcp-protocol-version'],
    CORS,
  ),
  {
    name: 'browser-challenge',
    fine: 'a page may read the challenge',
    look: ({ knocks: { initialize }, challenge }) => {
      if (challenge === undefined) return 'unknown'
      const exposed = initialize.answer?.headers['access-control-expose-headers'] ?? ''
      if (isReadable(initialize) && /(^|,)\s*(www-authenticate|\*)\s*(,|$)/i.test(exposed))
        return undefined
      return {
        says: `pages cannot read WWW-Authenticate of the 401: ${PAGES}`,
        evidence: [
          `got     access-control-allow-origin: ${initialize.answer?.headers['access-control-allow-origin'] ?? 'missing'}`,
          `        access-control-expose-headers: ${exposed || 'missing'}`,
        ],
        change: CORS,
      }
    },
  },
  {
    name: 'browser-metadata',
    fine: 'a page may read the metadata',
    look: ({ metadata: { inserted, members }, authorizationServer }) => {
      if (members === undefined) return 'unknown'
      const document = authorizationServer?.attempts.at(-1)
      const hidden = [inserted, ...(document === undefined ? [] : [document])].filter(
        place => place.answer?.status === 200 && !isReadable(place),
      )
      if (hidden.length === 0) return undefined
      return {
        says: `pages cannot read the metadata: ${PAGES}`,
        evidence: hidden.map(
          ({ url }) => `${url}: no access-control-allow-origin for ${BROWSER_ORIGIN}`,
        ),
        change: AT_PROVIDER,
      }
    },
  },
  crossing('browser-registration', 'registration', ['content-type'], AT_PROVIDER),
  crossing('browser-token', 'token', [], AT_PROVIDER),
]
