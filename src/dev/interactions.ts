import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Interaction, Provider } from 'oidc-provider'
import { consentPage, errorPage, loginPage, PAGE_HEADERS } from './login-pages.ts'
import type { User } from './users.ts'

const MAX_FORM_BYTES = 4096

/**
 * The pages between a client's authorization request and its answer: who are you, and may this client
 * act for you. oidc-provider keeps the state and binds it to the browser with a cookie.
 */
export function createInteractions(
  provider: Provider,
  users: readonly User[],
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  async function show(interaction: Interaction, response: ServerResponse): Promise<void> {
    const client = await clientName(interaction)
    send(
      response,
      200,
      interaction.prompt.name === 'login'
        ? loginPage(client, users)
        : consentPage({
            client,
            user: interaction.session?.accountId ?? '',
            scopes: text(interaction.params.scope).split(' '),
            resource: text(interaction.params.resource) || undefined,
            redirectUri: text(interaction.params.redirect_uri),
          }),
    )
  }

  async function submit(
    interaction: Interaction,
    form: URLSearchParams,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    if (interaction.prompt.name === 'login') {
      const user = users.find(({ name }) => name === form.get('user'))
      if (user === undefined || form.get('password') !== user.name) {
        const page = loginPage(await clientName(interaction), users, form.get('user') ?? '')
        return send(response, 401, page)
      }
      return finish(request, response, { login: { accountId: user.name } })
    }
    if (form.get('decision') !== 'allow') {
      return finish(request, response, {
        error: 'access_denied',
        error_description: 'The user denied the request',
      })
    }
    return finish(request, response, { consent: { grantId: await grant(interaction) } })
  }

  /** Everything that the request asks for and that was not granted before. */
  async function grant({ prompt, params, session, grantId }: Interaction): Promise<string> {
    const known = grantId === undefined ? undefined : await provider.Grant.find(grantId)
    const granted =
      known ??
      new provider.Grant({
        accountId: session?.accountId ?? '',
        clientId: text(params.client_id),
      })
    const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } =
      prompt.details as MissingGrants
    if (missingOIDCScope) granted.addOIDCScope(missingOIDCScope.join(' '))
    if (missingOIDCClaims) granted.addOIDCClaims(missingOIDCClaims)
    for (const [resource, scopes] of Object.entries(missingResourceScopes ?? {})) {
      granted.addResourceScope(resource, scopes.join(' '))
    }
    return granted.save()
  }

  async function clientName({ params }: Interaction): Promise<string> {
    const id = text(params.client_id)
    const client = await provider.Client.find(id)
    return client?.clientName ?? id
  }

  function finish(
    request: IncomingMessage,
    response: ServerResponse,
    result: Parameters<Provider['interactionFinished']>[2],
  ): Promise<void> {
    const mergeWithLastSubmission = !('error' in result)
    return provider.interactionFinished(request, response, result, { mergeWithLastSubmission })
  }

  return async (request, response) => {
    const interaction = await provider.interactionDetails(request, response).catch(() => undefined)
    if (interaction === undefined || request.url !== `/interaction/${interaction.uid}`) {
      const error_description =
        'This login has expired or was started in another browser. Start again from the client.'
      return send(response, 400, errorPage({ error: 'invalid_request', error_description }))
    }
    if (request.method === 'GET') return show(interaction, response)
    if (request.method !== 'POST') {
      response.writeHead(405, { Allow: 'GET, POST' }).end()
      return
    }
    const form = await readForm(request)
    return submit(interaction, form, request, response)
  }
}

type MissingGrants = {
  missingOIDCScope?: string[]
  missingOIDCClaims?: string[]
  missingResourceScopes?: Record<string, string[]>
}

function send(response: ServerResponse, status: number, page: string): void {
  response.writeHead(status, PAGE_HEADERS).end(page)
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_FORM_BYTES) throw new RangeError(`A form has at most ${MAX_FORM_BYTES} bytes`)
    chunks.push(chunk)
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'))
}
