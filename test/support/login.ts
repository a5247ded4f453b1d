import type { OAuthClientProvider, OAuthDiscoveryState } from '@modelcontextprotocol/client'
import { createBrowser } from '../dev/browser.ts'

/** The memory of an MCP client, and a person with a browser who logs in and agrees to everything. */
export type Person = OAuthClientProvider & {
  /** Follows the authorization URL that the client asked to open; gives the query that comes back. */
  answer(): Promise<URLSearchParams>
  /** Everything that the client has saved, for tests that look into it or lose it. */
  readonly saved: Saved
  readonly authorizationUrls: URL[]
}

type Saved = {
  client?: Awaited<ReturnType<OAuthClientProvider['clientInformation']>>
  tokens?: Awaited<ReturnType<OAuthClientProvider['tokens']>>
  verifier?: string
  discovery?: OAuthDiscoveryState
}

export type PersonOptions = {
  readonly user?: string
  readonly redirectUri?: string
  /** Turns the client into one with a metadata document. */
  readonly clientMetadataUrl?: string
  readonly scope?: string
  /** What the browser loads pages with. */
  readonly fetch?: typeof fetch
}

/** One user with one MCP client; for SDK v1 and v2, whose provider interfaces agree where it matters. */
export function createPerson(options: PersonOptions = {}): Person {
  const { user = 'alice', redirectUri = 'http://127.0.0.1:33418/callback' } = options
  const saved: Saved = {}
  const authorizationUrls: URL[] = []
  return {
    saved,
    authorizationUrls,
    redirectUrl: redirectUri,
    clientMetadata: {
      client_name: 'Test client',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...(options.scope === undefined ? {} : { scope: options.scope }),
    },
    ...(options.clientMetadataUrl === undefined
      ? {}
      : { clientMetadataUrl: options.clientMetadataUrl }),
    clientInformation: () => saved.client,
    saveClientInformation(client) {
      saved.client = client
    },
    tokens: () => saved.tokens,
    saveTokens(tokens) {
      saved.tokens = tokens
    },
    redirectToAuthorization(url) {
      authorizationUrls.push(url)
    },
    saveCodeVerifier(verifier) {
      saved.verifier = verifier
    },
    codeVerifier: () => saved.verifier ?? '',
    saveDiscoveryState(discovery) {
      saved.discovery = discovery
    },
    discoveryState: () => saved.discovery,
    async answer() {
      const url = authorizationUrls.at(-1)
      if (url === undefined) throw new Error('the client has not asked for a login')
      const browser = createBrowser(page => page.href.startsWith(redirectUri), options.fetch)
      let page = await browser.open(url.href)
      for (let step = 0; step < 6 && page.status !== 0; step++) {
        if (page.html.includes('name="password"'))
          page = await browser.submit(page, { user, username: user, password: user })
        else if (page.html.includes('name="decision"'))
          page = await browser.submit(page, { decision: 'allow' })
        else throw new Error(`unexpected page at ${page.url} (${page.status}): ${page.html}`)
      }
      return page.url.searchParams
    },
  }
}
