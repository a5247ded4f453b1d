import type { EventEmitter } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider/lib/provider.js'
import type { Log } from '../observe/log.ts'
import { type IdentityProviderOptions, providerConfiguration } from './identity-configuration.ts'
import { createInteractions } from './interactions.ts'
import { DEMO_USERS } from './users.ts'

export type { IdentityProviderOptions }

export type IdentityProvider = {
  readonly issuer: string
  /** Drops open connections and everything that was registered. */
  close(): Promise<void>
}

export const DEMO_SCOPES: readonly string[] = ['mcp:tools', 'mcp:admin']

const HOST = '127.0.0.1'

const REFUSALS = [
  'authorization.error',
  'grant.error',
  'registration_create.error',
  'revocation.error',
  'introspection.error',
]

/**
 * An OAuth 2.1 and OpenID Connect provider for demonstrations and tests, on loopback, all in memory:
 * dynamic registration (RFC 7591), client metadata documents, PKCE, resource indicators with JWT
 * access tokens (RFC 8707, RFC 9068), rotated refresh tokens, `iss` in answers (RFC 9207),
 * revocation and introspection. Anybody who knows a user's name can log in as that user.
 *
 * Rejects when the port is in use.
 */
export async function startIdentityProvider(
  options: IdentityProviderOptions,
): Promise<IdentityProvider> {
  const { log, users = DEMO_USERS, scopes = DEMO_SCOPES } = options
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, HOST, resolve)
  })
  const issuer = `http://${HOST}:${(server.address() as AddressInfo).port}`
  const provider = new Provider(issuer, providerConfiguration({ ...options, users, scopes }))
  logErrors(provider, log)

  const interactions = createInteractions(provider, users)
  const protocol = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/') === true) {
      interactions(request, response).catch((error: unknown) => {
        log.error({ error }, 'Identity provider: interaction failed')
        response.destroy()
      })
      return
    }
    if (openRegistration(request, response)) return
    withDefaultScope(request, scopes[0])
    void protocol(request, response)
  })

  return {
    issuer,
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

/** Browsers may register too, which oidc-provider does not let them. True: the answer is complete. */
function openRegistration(request: IncomingMessage, response: ServerResponse): boolean {
  if (pathOf(request) !== '/reg') return false
  response.setHeader('Access-Control-Allow-Origin', '*')
  if (request.method !== 'OPTIONS') return false
  response.writeHead(204, {
    'Access-Control-Allow-Methods': 'POST',
    'Access-Control-Allow-Headers': request.headers['access-control-request-headers'] ?? '*',
    'Access-Control-Max-Age': '3600',
  })
  response.end()
  return true
}

/** A request without `scope` is refused by oidc-provider; RFC 6749 §3.3 also allows a default. */
function withDefaultScope(request: IncomingMessage, scope: string | undefined): void {
  if (scope === undefined || pathOf(request) !== '/auth' || request.url === undefined) return
  const query = new URLSearchParams(request.url.split('?')[1])
  if (query.has('scope') || !query.has('client_id')) return
  request.url += `&${new URLSearchParams({ scope })}`
}

function pathOf(request: IncomingMessage): string | undefined {
  return request.url?.split('?')[0]
}

function logErrors(provider: Provider, log: Log): void {
  const events: EventEmitter = provider
  for (const event of REFUSALS) {
    events.on(event, (_context: unknown, error: Error) => {
      log.info({ event, reason: error.message }, 'Identity provider refused a request')
    })
  }
  events.on('server_error', (_context: unknown, error: Error) => {
    log.error({ error }, 'Identity provider failed')
  })
}
