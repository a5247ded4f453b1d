import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Answer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** An object is written as JSON. */
  readonly body?: unknown
}

/** `METHOD /path` → what is answered; the place of the server is handed in. */
export type Answers = Readonly<Record<string, (origin: string) => Answer>>

export type World = AsyncDisposable & { readonly origin: string; readonly url: string }

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type, mcp-protocol-version',
  'access-control-expose-headers': 'Mcp-Session-Id, WWW-Authenticate',
}

const challenged = (origin: string): Answer => ({
  status: 401,
  headers: {
    ...CORS,
    'www-authenticate': `Bearer resource_metadata="${origin}/metadata", scope="mcp:tools"`,
  },
})
const metadata = (origin: string): Answer => ({
  headers: CORS,
  body: { resource: `${origin}/mcp`, authorization_servers: [`${origin}/as`] },
})
const preflight = (): Answer => ({ status: 204, headers: CORS })

/** Members of the authorization server's metadata, all of them as they have to be. */
export const serverMembers = (origin: string): Record<string, unknown> => ({
  issuer: `${origin}/as`,
  authorization_endpoint: `${origin}/authorize`,
  token_endpoint: `${origin}/token`,
  registration_endpoint: `${origin}/register`,
  jwks_uri: `${origin}/jwks`,
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  authorization_response_iss_parameter_supported: true,
})

const SOUND: Answers = {
  'POST /mcp': challenged,
  'GET /mcp': challenged,
  'HEAD /mcp': challenged,
  'OPTIONS /mcp': preflight,
  'GET /metadata': metadata,
  'GET /.well-known/oauth-protected-resource/mcp': metadata,
  'GET /.well-known/oauth-authorization-server/as': origin => ({
    headers: CORS,
    body: serverMembers(origin),
  }),
  'GET /jwks': () => ({ body: { keys: [{ kty: 'RSA', kid: 'one' }] } }),
  'OPTIONS /register': preflight,
  'OPTIONS /token': preflight,
}

/** An MCP endpoint and its authorization server on one port, sound but for what is given. */
export async function startWorld(changed: Answers = {}): Promise<World> {
  const answers: Answers = { ...SOUND, ...changed }
  let origin = ''
  const server = createServer((req, res) => {
    const {
      status = 200,
      headers,
      body,
    } = answers[`${req.method} ${req.url}`]?.(origin) ?? {
      status: 404,
    }
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    res.writeHead(status, {
      ...(typeof body === 'object' && { 'content-type': 'application/json' }),
      ...headers,
    })
    res.end(req.method === 'HEAD' ? undefined : text)
  })
  await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    url: `${origin}/mcp`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(closed => server.close(closed))
    },
  }
}
