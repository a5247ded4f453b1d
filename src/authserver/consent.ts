import type { Relay } from '../config/snapshot.ts'
import { answerClient } from './authorization-response.ts'
import type { Client } from './client.ts'
import type { Context } from './context.ts'
import { header, type RelayRequest, type RelayResponse } from './endpoint.ts'
import { errorPage, html, page } from './html.ts'
import { oauthError } from './oauth-error.ts'
import { readParameters } from './parameters.ts'
import { sendToProvider } from './provider-authorization.ts'
import { isLoopback, redirectTarget } from './redirect-uri.ts'
import { endTransaction, openTransaction, type Transaction } from './transaction.ts'

const LIFE_MS = 10 * 60_000

/**
 * Whether the gateway has to ask the user itself: always, unless the provider knows each MCP client apart and is
 * known to ask. Otherwise the provider would see one trusted client, and any client that registered here would get
 * a code without anybody noticing (confused deputy, MCP Authorization Security Considerations).
 *
 * The answer is not remembered: a login is rare where refresh tokens work, and a decision that is kept nowhere can
 * neither be stolen nor be forgotten about.
 */
export function needsConsent({ profile, registration }: Relay, client: Client): boolean {
  // Clients that were registered with a token count as the operator's own, at Keycloak for one.
  const asks = profile.asksConsent && registration.initialAccessToken === undefined
  return client.provider === undefined || !asks
}

/** Who wants what, and where the answer goes. The form carries the transaction's id, sealed; the rest is in the cookie. */
export function consentPage(
  { sealer, now }: Context,
  client: Client,
  transaction: Transaction,
  cookies: readonly string[],
): RelayResponse {
  const { issuer, redirectUri, resource, scopes, id } = transaction
  const token = sealer.seal('consent', { id, issuer }, now() + LIFE_MS)
  const title = `Let ${client.name} in?`
  const content = html`<p>The application <strong>${client.name}</strong> wants to use an MCP server with your account. Go on only if you have just started this yourself.</p>
<dl>
<dt>Application</dt><dd>${client.name} (${vouching[client.kind]})</dd>
${client.kind === 'document' ? html`<dt>Described at</dt><dd>${client.id}</dd>` : ''}
<dt>You will be sent back to</dt><dd>${redirectTarget(redirectUri)}</dd>
<dt>MCP server</dt><dd>${resource}</dd>
<dt>What it asks for</dt><dd>${permissions(scopes)}</dd>
</dl>
${isLoopback(redirectUri) ? LOOPBACK_WARNING : ''}
<form method="post" action="${issuer}/consent">
<input type="hidden" name="consent" value="${token}">
<button class="allow" type="submit" name="decision" value="allow">Allow</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`
  return page(200, title, content, cookies)
}

/** The form of the consent page. Comes from this origin, in the browser that was asked, or not at all. */
export async function decideConsent(
  context: Context,
  request: RelayRequest,
): Promise<RelayResponse> {
  const parameters = readParameters(request.body)
  const consent = context.sealer.open('consent', parameters.get('consent') ?? '') as
    | { id: string; issuer: string }
    | undefined
  const cookieHeader = header(request, 'cookie')
  const transaction =
    consent === undefined || !isSameOrigin(request)
      ? undefined
      : openTransaction(context.sealer, consent.id, consent.issuer, cookieHeader)
  if (transaction === undefined || transaction.issuer !== request.issuer) {
    return errorPage(
      400,
      'This login is over',
      'The decision came too late, from another page, or from a browser that was not asked.',
      'Go back to the application and connect it again.',
    )
  }
  if (parameters.get('decision') === 'allow')
    return sendToProvider(context, request, transaction, [])
  const denied = oauthError('access_denied', 'the user did not let the client in')
  return answerClient(transaction, denied, endTransaction(transaction, cookieHeader), 303)
}

/** Browsers say where a form comes from; a program that says nothing has no foreign page to be tricked by. */
function isSameOrigin(request: RelayRequest): boolean {
  const origin = header(request, 'origin')
  const site = header(request, 'sec-fetch-site')
  return (
    (origin === undefined || origin === request.origin) &&
    (site === undefined || site === 'same-origin')
  )
}

/** OpenID Connect Core §5.4 and §11, for people; other scopes mean what the operator says. */
const meanings: Readonly<Record<string, string>> = {
  openid: 'who you are',
  profile: 'your profile',
  email: 'your e-mail address',
  offline_access: 'access while you are away',
}

function permissions(scopes: readonly string[]): string {
  if (scopes.length === 0) return 'no particular permissions'
  const explained = scopes.map(scope =>
    Object.hasOwn(meanings, scope) ? `${scope} (${meanings[scope]})` : scope,
  )
  return explained.join(', ')
}

const vouching: Readonly<Record<Client['kind'], string>> = {
  registered: 'it chose this name itself',
  configured: 'registered by the operator of this gateway',
  document: 'it chose this name itself',
}

const LOOPBACK_WARNING = html`<p class="warning">The answer goes to a program on your own computer. Any program there can use this name: make sure that it is the one that you have just used.</p>`
