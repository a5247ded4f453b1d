import { createBrowser, type Page } from '../dev/browser.ts'
import { createPerson, type Person, type PersonOptions } from '../support/login.ts'

export type KeycloakPerson = Person & {
  /** Titles of the pages that the last login showed, in order. */
  readonly pages: string[]
}

type Step = {
  readonly shows: RegExp
  fields(options: KeycloakPersonOptions): Readonly<Record<string, string>>
}

export type KeycloakPersonOptions = PersonOptions & {
  readonly password?: string
  /** Says no on Keycloak's own consent page. */
  readonly refuses?: boolean
}

/** What a person does on each page: the gateway's consent page, Keycloak's login form and its consent page. */
const steps: readonly Step[] = [
  { shows: /name="decision"/, fields: () => ({ decision: 'allow' }) },
  {
    shows: /name="password"/,
    fields: ({ user = 'alice', password = user }) => ({ username: user, password }),
  },
  {
    shows: /name="accept"/,
    fields: ({ refuses }) => (refuses === true ? { cancel: 'No' } : { accept: 'Yes' }),
  },
]

/** A person as in `createPerson`, with an account in a realm. */
export function createKeycloakPerson(options: KeycloakPersonOptions = {}): KeycloakPerson {
  const person = createPerson(options)
  const pages: string[] = []
  return {
    ...person,
    pages,
    invalidateCredentials(what) {
      if (what === 'all' || what === 'client') delete person.saved.client
      if (what === 'all' || what === 'tokens') delete person.saved.tokens
    },
    async answer() {
      const url = person.authorizationUrls.at(-1)
      if (url === undefined) throw new Error('the client has not asked for a login')
      pages.length = 0
      const end = String(person.redirectUrl)
      const last = await followLogin(url.href, options, pages, target =>
        target.href.startsWith(end),
      )
      return last.url.searchParams
    },
  }
}

/**
 * Goes through all pages of a login, and gives the one after them: the client's own, or, where `stop` says
 * so, its URL, which then is not loaded.
 *
 * @param pages gets the titles of the pages
 */
export async function followLogin(
  url: string,
  options: KeycloakPersonOptions = {},
  pages: string[] = [],
  stop: (url: URL) => boolean = () => false,
): Promise<Page> {
  const browser = createBrowser(stop)
  let page = await browser.open(url)
  for (;;) {
    const { html } = page
    const step = steps.find(({ shows }) => shows.test(html))
    if (step === undefined) {
      if (page.status < 400) return page
      throw new Error(`unexpected page at ${page.url}: ${html}`)
    }
    if (pages.length > 5) throw new Error(`the login does not end: ${pages.join(', ')}`)
    pages.push(titleOf(page))
    // Keycloak escapes the ampersands of its form addresses.
    const plain = { ...page, html: html.replaceAll('&amp;', '&') }
    page = await browser.submit(plain, step.fields(options))
  }
}

function titleOf({ html }: Page): string {
  const heading = /<h1[^>]*>(.*?)<\/h1>/s.exec(html)?.[1] ?? ''
  return heading
    .replace(/<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
}
