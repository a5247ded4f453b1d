import { createHash, timingSafeEqual } from 'node:crypto'
import type { Client, ClientMethod } from './client.ts'
import { assertionError, claimedClient, JWT_BEARER } from './client-assertion.ts'
import type { Context } from './context.ts'
import { header, type RelayRequest } from './endpoint.ts'
import { isOAuthError, type OAuthError, oauthError } from './oauth-error.ts'
import type { Parameters } from './parameters.ts'

type Credentials = {
  readonly id: string
  readonly method: ClientMethod
  /** Secret or assertion; empty for `none`. */
  readonly proof: string
}

/**
 * The client that a token or revocation request comes from (RFC 6749 §2.3): by id alone, HTTP Basic, a secret in the
 * body, or `private_key_jwt`. Basic and body are taken alike, whichever was registered. Every refusal is
 * `invalid_client`, because that is what makes clients register again.
 */
export async function authenticateClient(
  context: Context,
  request: RelayRequest,
  parameters: Parameters,
): Promise<Client | OAuthError> {
  const credentials = readCredentials(request, parameters)
  if (isOAuthError(credentials)) return credentials
  const client = await context.clients.find(credentials.id, request.resource)
  if (isOAuthError(client)) return client
  if (!client.methods.includes(credentials.method)) {
    return oauthError(
      'invalid_client',
      `the client has to authenticate with ${client.methods.join(' or ')}, not ${credentials.method}`,
    )
  }
  const problem = await proofs[credentials.method](context, request, client, credentials.proof)
  return problem ?? client
}

const proofs: Readonly<
  Record<
    ClientMethod,
    (
      context: Context,
      request: RelayRequest,
      client: Client,
      proof: string,
    ) => OAuthError | undefined | Promise<OAuthError | undefined>
  >
> = {
  none: () => undefined,
  client_secret: ({ sealer }, _request, client, secret) => {
    const right =
      client.kind === 'registered'
        ? sealer.verifyMac('client-secret', client.id, secret)
        : client.secret !== undefined && sameText(client.secret.reveal(), secret)
    return right ? undefined : oauthError('invalid_client', 'the client secret is wrong')
  },
  private_key_jwt: assertionError,
}

function readCredentials(request: RelayRequest, parameters: Parameters): Credentials | OAuthError {
  const id = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  const assertion = parameters.get('client_assertion')
  const basic = readBasic(header(request, 'authorization'))
  if (isOAuthError(basic)) return basic
  if ([secret, assertion, basic?.proof].filter(Boolean).length > 1) {
    return oauthError('invalid_request', 'the client authenticates in more than one way')
  }
  if (assertion !== undefined) return fromAssertion(id, assertion, parameters)
  if (basic !== undefined) {
    if (id === undefined || id === basic.id) return basic
    return oauthError('invalid_request', 'client_id differs from the user name of Authorization')
  }
  if (id === undefined) return oauthError('invalid_client', 'client_id is missing')
  return secret === undefined
    ? { id, method: 'none', proof: '' }
    : { id, method: 'client_secret', proof: secret }
}

function fromAssertion(
  id: string | undefined,
  proof: string,
  parameters: Parameters,
): Credentials | OAuthError {
  if (parameters.get('client_assertion_type') !== JWT_BEARER) {
    return oauthError('invalid_client', `client_assertion_type has to be ${JWT_BEARER}`)
  }
  const claimed = claimedClient(proof)
  if (claimed === undefined || (id !== undefined && id !== claimed)) {
    return oauthError('invalid_client', 'the client assertion names no client, or another one')
  }
  return { id: claimed, method: 'private_key_jwt', proof }
}

/** An empty secret is no secret: public clients of some libraries send their id this way. */
function readBasic(authorization: string | undefined): Credentials | OAuthError | undefined {
  const encoded = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const [id, proof] = Buffer.from(encoded, 'base64').toString().split(/:(.*)/s).map(decode)
  if (id === undefined || id === '')
    return oauthError('invalid_client', 'Authorization is malformed')
  return proof === undefined || proof === ''
    ? { id, method: 'none', proof: '' }
    : { id, method: 'client_secret', proof }
}

/** RFC 6749 §2.3.1 form-encodes both halves; clients that do not mostly send what decodes to itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function sameText(one: string, other: string): boolean {
  const [a, b] = [one, other].map(text => createHash('sha256').update(text).digest())
  return a !== undefined && b !== undefined && timingSafeEqual(a, b)
}
