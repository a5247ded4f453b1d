import { createHash } from 'node:crypto'
import type { RelayResponse } from './endpoint.ts'

/** Markup in which every text has been escaped. */
export type Html = { readonly markup: string }

/** Template tag: texts are escaped, `Html` and lists of it are put in as they are. */
export function html(
  parts: TemplateStringsArray,
  ...values: readonly (string | Html | readonly Html[])[]
): Html {
  const filled = parts.map((part, at) => part + markupOf(values[at] ?? ''))
  return { markup: filled.join('') }
}

/**
 * A page for a person: no script, nothing loaded, in no frame.
 *
 * There is no `form-action` in its policy, on purpose: browsers apply it to the redirects after a form as well, and
 * those lead to the provider, to whatever it logs in with, and back to the client.
 */
export function page(
  status: number,
  title: string,
  content: Html,
  cookies: readonly string[] = [],
): RelayResponse {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
</body>
</html>
`
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': POLICY,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      // `no-referrer` would make browsers send `Origin: null` with the form.
      'referrer-policy': 'same-origin',
      ...(cookies.length === 0 ? {} : { 'set-cookie': cookies }),
    },
    body: document.markup,
  }
}

/** A page that says what is wrong and what to do about it, for cases in which no client may be told. */
export function errorPage(
  status: number,
  title: string,
  wrong: string,
  todo: string,
): RelayResponse {
  return page(status, title, html`<p>${wrong}</p>\n<p>${todo}</p>`)
}

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { margin: 0; padding: 2rem 1rem; }
main { max-width: 34rem; margin: 0 auto; }
h1 { font-size: 1.4rem; line-height: 1.25; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; overflow-wrap: anywhere; }
.warning { border-left: .25rem solid #b45309; padding-left: .75rem; }
form { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button { font: inherit; padding: .6rem 1.4rem; border: 1px solid currentcolor; border-radius: .4rem; cursor: pointer; }
button.allow { background: #1d4ed8; border-color: #1d4ed8; color: #fff; }
button:focus-visible { outline: 3px solid #f59e0b; outline-offset: 2px; }
`

const STYLE_HASH: string = createHash('sha256').update(STYLE).digest('base64')
const POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'`

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function markupOf(value: string | Html | readonly Html[]): string {
  if (typeof value === 'string') return value.replace(/[&<>"']/g, char => entities[char] ?? char)
  return 'markup' in value ? value.markup : value.map(item => item.markup).join('')
}
