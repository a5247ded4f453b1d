import { createHash } from 'node:crypto'
import type { User } from './users.ts'

const STYLE = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
body { display: grid; place-items: center; min-height: 100vh; margin: 0 }
main { width: min(24rem, 100% - 3rem) }
h1 { font-size: 1.4rem }
form { display: grid; gap: .4rem }
select, input, button { font: inherit; padding: .5rem; border: 1px solid; border-radius: .3rem }
button { margin-top: .8rem; cursor: pointer; font-weight: 600 }
li, code { overflow-wrap: anywhere }
[role=alert] { color: #c22; font-weight: 600 }
`

/**
 * Headers of every page: nothing is loaded, run or framed. `form-action` is left out because browsers
 * apply it to the redirect that ends a login, which leads to the client.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'Content-Type': 'text/html; charset=utf-8',
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${createHash('sha256')
    .update(STYLE)
    .digest('base64')}'; frame-ancestors 'none'; base-uri 'none'`,
}

/** Asks who the user is; `failed` is the name that the password did not fit. */
export function loginPage(client: string, users: readonly User[], failed?: string): string {
  const options = users.map(({ name, roles }) => {
    const selected = name === failed ? ' selected' : ''
    return `<option value="${escapeHtml(name)}"${selected}>${escapeHtml(`${name} (${roles.join(', ')})`)}</option>`
  })
  return page(
    'Log in',
    `<p>to continue to <strong>${escapeHtml(client)}</strong></p>
${failed === undefined ? '' : '<p role="alert" id="problem">Wrong password.</p>'}
<form method="post">
<label for="user">User</label>
<select id="user" name="user" autofocus>${options.join('')}</select>
<label for="password">Password</label>
<input id="password" name="password" type="password" required autocomplete="off"
 aria-describedby="hint${failed === undefined ? '' : ' problem'}">
<small id="hint">For a demonstration only: the password is the name of the user.</small>
<button>Log in</button>
</form>`,
  )
}

export type ConsentRequest = {
  readonly client: string
  readonly user: string
  readonly scopes: readonly string[]
  readonly resource: string | undefined
  readonly redirectUri: string
}

/** Asks whether the client may act for the user. */
export function consentPage(request: ConsentRequest): string {
  const { client, user, scopes, resource, redirectUri } = request
  const list = scopes.map(scope => `<li><code>${escapeHtml(scope)}</code></li>`).join('')
  return page(
    'Allow access?',
    `<p><strong>${escapeHtml(client)}</strong> wants to act for <strong>${escapeHtml(user)}</strong>
${resource === undefined ? '' : ` at <code>${escapeHtml(resource)}</code>`}:</p>
<ul>${list}</ul>
<p><small>The answer goes to <code>${escapeHtml(redirectUri)}</code>.</small></p>
<form method="post">
<button name="decision" value="allow" autofocus>Allow</button>
<button name="decision" value="deny">Deny</button>
</form>`,
  )
}

/** An OAuth error that cannot be sent to the client. */
export function errorPage(out: { error: string; error_description?: string | undefined }): string {
  return page(
    'This request cannot be served',
    `<p role="alert"><code>${escapeHtml(out.error)}</code></p>
<p>${escapeHtml(out.error_description ?? '')}</p>`,
  )
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, character => `&#${character.charCodeAt(0)};`)
}
