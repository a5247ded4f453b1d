/**
 * A browser as far as logging in needs one: keeps cookies per host, follows redirects, fills in the
 * form of a page and submits it.
 */
export type Browser = {
  /** Gets the URL and follows redirects until a page, or until `stop` says that one is the end. */
  open(url: string): Promise<Page>
  /** Submits the only form of a page; fields that are not given keep the values of the page. */
  submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page>
}

export type Page = {
  /** Where the browser is; for a redirect to the client, the URL with its code, not loaded. */
  readonly url: URL
  readonly status: number
  readonly headers: Headers
  readonly html: string
}

/**
 * @param stop true for a URL that belongs to the client and is not to be loaded
 * @param fetch how it gets what it shows, where that lies at hosts of the test's own
 */
export function createBrowser(
  stop: (url: URL) => boolean,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Browser {
  const jar = new Map<string, Map<string, string>>()

  async function load(url: URL, init: RequestInit): Promise<Page> {
    if (stop(url)) return { url, status: 0, headers: new Headers(), html: '' }
    const cookies = jar.get(url.host) ?? new Map<string, string>()
    jar.set(url.host, cookies)
    const headers = new Headers(init.headers)
    if (cookies.size > 0) {
      headers.set('cookie', [...cookies].map(([name, value]) => `${name}=${value}`).join('; '))
    }
    const response = await fetch(url, { ...init, headers, redirect: 'manual' })
    for (const cookie of response.headers.getSetCookie()) store(cookies, cookie)
    const location = response.headers.get('location')
    const html = await response.text()
    if (location !== null && response.status >= 300 && response.status < 400) {
      return load(new URL(location, url), { method: 'GET' })
    }
    return { url, status: response.status, headers: response.headers, html }
  }

  return {
    open: url => load(new URL(url), { method: 'GET' }),
    submit(page, fields) {
      const form = new URLSearchParams({ ...hiddenFields(page.html), ...fields })
      const action = /<form[^>]*\baction="([^"]*)"/.exec(page.html)?.[1]
      return load(new URL(action ?? page.url.href, page.url), {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: page.url.origin,
        },
        body: form.toString(),
      })
    },
  }
}

/** Logs in at the embedded identity provider and allows what the client asks for. */
export async function logIn(authorizationUrl: URL | string, user: string): Promise<URL> {
  const target = new URL(authorizationUrl)
  const redirectUri = target.searchParams.get('redirect_uri') ?? ''
  const browser = createBrowser(url => url.href.startsWith(redirectUri))
  let page = await browser.open(target.href)
  for (let step = 0; step < 5 && page.status !== 0; step++) {
    if (page.html.includes('name="password"')) {
      page = await browser.submit(page, { user, password: user })
    } else if (page.html.includes('name="decision"')) {
      page = await browser.submit(page, { decision: 'allow' })
    } else {
      throw new Error(`Unexpected page at ${page.url} (${page.status}): ${page.html}`)
    }
  }
  return page.url
}

function store(cookies: Map<string, string>, header: string): void {
  const [pair = '', ...attributes] = header.split(';')
  const name = pair.slice(0, pair.indexOf('='))
  const value = pair.slice(pair.indexOf('=') + 1)
  const expires = attributes.find(attribute => /^\s*expires=/i.test(attribute))
  const gone = expires !== undefined && Date.parse(expires.split('=')[1] ?? '') < Date.now()
  if (gone || value === '') cookies.delete(name)
  else cookies.set(name, value)
}

function hiddenFields(html: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [tag] of html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(tag)?.[1]
    if (name !== undefined) fields[name] = /\bvalue="([^"]*)"/.exec(tag)?.[1] ?? ''
  }
  return fields
}
