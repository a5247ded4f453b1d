import type { Sealer } from '../seal/seal.ts'
import { type AnswerAddress, answerClient } from './authorization-response.ts'
import { sealCode } from './code.ts'
import type { Context } from './context.ts'
import { header, type RelayRequest, type RelayResponse } from './endpoint.ts'
import { errorPage } from './html.ts'
import { isErrorCode, isOAuthError, oauthError } from './oauth-error.ts'
import { type Parameters, readParameters } from './parameters.ts'
import { withAdvice } from './provider-answer.ts'
import { type ProviderDocument, providerDocument } from './provider-document.ts'
import { endTransaction, openState, openTransaction } from './transaction.ts'

/**
 * The issuer under whose URL an authorization began, from the `state` in the callback's query; undefined when the
 * gateway did not make it. One origin has one callback for all its relays, and this says which one to ask.
 */
export function callbackIssuer(sealer: Sealer, query: string): string | undefined {
  return openState(sealer, readParameters(query).get('state'))?.issuer
}

/** Where the provider sends the browser back to (RFC 6749 §4.1.2). */
export async function callback(context: Context, request: RelayRequest): Promise<RelayResponse> {
  const { sealer } = context
  const parameters = readParameters(request.query)
  const state = openState(sealer, parameters.get('state'))
  const cookieHeader = header(request, 'cookie')
  const transaction = state && openTransaction(sealer, state.id, state.issuer, cookieHeader)
  if (transaction === undefined || transaction.resource !== request.resource) {
    return errorPage(
      400,
      'This login is over',
      'It took longer than ten minutes, was finished before, or was begun in another browser.',
      'Go back to the application and connect it again.',
    )
  }
  const cookies = endTransaction(transaction, cookieHeader)
  const document = await providerDocument(context)
  if (isOAuthError(document)) return answerClient(transaction, document, cookies)
  if (!comesFrom(document, context.relay.issuer, parameters.get('iss'))) {
    context.log.error(
      { iss: parameters.get('iss'), expected: document.issuer },
      'an authorization response names another issuer than the provider (mix-up, RFC 9207)',
    )
    const wrong = oauthError('server_error', "the identity provider's answer names another issuer")
    return answerClient(transaction, wrong, cookies)
  }
  const code = parameters.get('code')
  if (code === undefined || parameters.get('error') !== undefined) {
    return refused(context, parameters, transaction, cookies)
  }
  return answerClient(transaction, { code: sealCode(context, transaction, code) }, cookies)
}

/** RFC 9207 §2.4: `iss` has to be the provider's where it is there, and there where the metadata promises it. */
function comesFrom(
  document: ProviderDocument,
  configured: string,
  iss: string | undefined,
): boolean {
  return iss === undefined ? !document.sendsIssuer : iss === document.issuer || iss === configured
}

/** The provider's error, in OAuth's words. */
function refused(
  { relay, log }: Context,
  parameters: Parameters,
  address: AnswerAddress,
  cookies: readonly string[],
): RelayResponse {
  const { profile } = relay
  const named = parameters.get('error') ?? ''
  const said = parameters.get('error_description') ?? `${profile.title} refused the authorization`
  const description = withAdvice(profile, named, said)
  log.warn({ error: named, description }, 'the provider refused an authorization')
  const error = isErrorCode(named)
    ? oauthError(named, description)
    : oauthError(
        'server_error',
        named === '' ? `${profile.title} gave no code` : `${named}: ${description}`,
      )
  return answerClient(address, error, cookies)
}
