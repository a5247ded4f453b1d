import type { Relay } from '../config/snapshot.ts'
import { createWarnedMetadata } from '../providers/warned-metadata.ts'
import { authorize } from './authorize.ts'
import { callback } from './callback.ts'
import { createClientKeys } from './client-keys.ts'
import { createClientMetadataDocuments } from './client-metadata-document.ts'
import { createClients } from './clients.ts'
import { decideConsent } from './consent.ts'
import type { Context } from './context.ts'
import type { Dependencies } from './dependencies.ts'
import type { Endpoint, RelayRequest, RelayResponse } from './endpoint.ts'
import { errorPage } from './html.ts'
import { createRegistrationLimits } from './limits.ts'
import { describeIssuer } from './metadata.ts'
import { oauthError } from './oauth-error.ts'
import { register } from './register.ts'
import { errorReply, json, preflight } from './reply.ts'
import { revoke } from './revoke.ts'
import { createSharedRefreshes } from './shared-refreshes.ts'
import { createRefreshes } from './single-flight.ts'
import { createSingleUse } from './single-use.ts'
import { createProviderClients } from './strategy.ts'
import { token } from './token.ts'

/** The authorization-server face that the gateway shows for one relay. */
export type AuthorizationServer = {
  /** Never rejects: what goes wrong is an answer, and its cause in the log. */
  handle(endpoint: Endpoint, request: RelayRequest): Promise<RelayResponse>
}

type Handler = {
  readonly methods: readonly string[]
  /** `program`: JSON with CORS for any origin. `browser`: pages and redirects, for navigations only. */
  readonly face: 'program' | 'browser'
  answer(context: Context, request: RelayRequest): Promise<RelayResponse>
}

const handlers: Readonly<Record<Endpoint, Handler>> = {
  metadata: { methods: ['GET', 'HEAD'], face: 'program', answer: describeIssuer },
  register: { methods: ['POST'], face: 'program', answer: register },
  authorize: { methods: ['GET', 'HEAD'], face: 'browser', answer: authorize },
  consent: { methods: ['POST'], face: 'browser', answer: decideConsent },
  callback: { methods: ['GET', 'HEAD'], face: 'browser', answer: callback },
  token: { methods: ['POST'], face: 'program', answer: token },
  revoke: { methods: ['POST'], face: 'program', answer: revoke },
}

/**
 * The relay. It keeps nothing that a restart or another replica would miss: what survives between requests is sealed and
 * travels with them. What it remembers in memory only makes misuse harder (used codes, limits) or things
 * faster (documents, refreshes).
 */
export function createAuthorizationServer(relay: Relay, deps: Dependencies): AuthorizationServer {
  const { now, shared } = deps
  const metadata = createWarnedMetadata(
    deps.metadata,
    relay.issuer,
    relay.profile,
    { relay: true, registered: relay.clientId !== undefined },
    deps.log,
  )
  const providerClients = createProviderClients(relay, { ...deps, metadata })
  const documents = createClientMetadataDocuments(providerClients.common, relay.registration, deps)
  const context: Context = {
    ...deps,
    metadata,
    relay,
    providerClients,
    clients: createClients(relay, deps.sealer, documents),
    clientKeys: createClientKeys(deps),
    limits: createRegistrationLimits(relay.registration.limits, deps.now),
    refreshes: createRefreshes(
      now,
      shared && createSharedRefreshes(shared.answers, deps.sealer, now),
    ),
    usedCodes: createSingleUse('code', now, shared?.marks),
    usedAssertions: createSingleUse('assertion', now, shared?.marks),
  }
  return {
    async handle(endpoint, request) {
      const handler = handlers[endpoint]
      const programs = handler.face === 'program'
      if (request.method === 'OPTIONS' && programs)
        return preflight([...handler.methods, 'OPTIONS'])
      if (!handler.methods.includes(request.method)) return wrongMethod(handler)
      try {
        return await handler.answer(context, request)
      } catch (error) {
        deps.log.error({ err: error, endpoint }, 'the authorization server failed')
        return programs
          ? errorReply(oauthError('server_error', 'the gateway failed; its log says why'))
          : errorPage(500, 'The gateway failed', 'Its log says why.', 'Try again in a moment.')
      }
    },
  }
}

function wrongMethod({ methods, face }: Handler): RelayResponse {
  const allow = methods.join(', ')
  const error = { error: 'invalid_request', error_description: `use ${allow}` }
  const answer = json(405, error, { allow })
  if (face === 'program') return answer
  const { 'access-control-allow-origin': _, ...headers } = answer.headers
  return { ...answer, headers }
}
