import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'

/** What the provider answers for one path; `hang` never answers. */
export type Answer = {
  readonly status?: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
  readonly hang?: boolean
}

/** An identity provider that answers what a test tells it to, over a real socket. */
export type Provider = {
  readonly issuer: string
  /** Path → answer; every other path is 404. */
  readonly answers: Map<string, Answer>
  /** The paths that were asked for, in order. */
  readonly requests: string[]
  /** Publishes a key set at `/keys` and metadata that names it. */
  publish(keys: readonly unknown[], headers?: Readonly<Record<string, string>>): void
  /** Cuts every connection from now on, as a provider that is down. */
  down: boolean
  close(): Promise<void>
}

export async function startProvider(): Promise<Provider> {
  const server = createServer((req: IncomingMessage, res) => {
    const path = req.url ?? ''
    provider.requests.push(path)
    if (provider.down) {
      req.socket.destroy()
      return
    }
    const answer = provider.answers.get(path)
    if (answer?.hang) return
    res.writeHead(answer === undefined ? 404 : (answer.status ?? 200), {
      'content-type': answer?.type ?? 'application/json',
      ...answer?.headers,
    })
    res.end(answer?.body ?? 'not found')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const provider: Provider = {
    issuer,
    answers: new Map(),
    requests: [],
    down: false,
    publish(keys, headers = {}) {
      provider.answers.set('/keys', { body: JSON.stringify({ keys }), headers })
      provider.answers.set('/.well-known/oauth-authorization-server', {
        body: JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }),
      })
    },
    async close() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
  return provider
}

/** A key pair of a provider, or of somebody who would like to be one. */
export type Signer = {
  readonly alg: string
  /** The public key as it is published. */
  readonly jwk: JWK
  /** A compact JWS; members of `header` replace the usual ones, undefined removes them. */
  sign(claims: JWTPayload, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function createSigner(
  alg: string,
  kid?: string,
  options: { modulusLength?: number } = {},
): Promise<Signer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { ...options, extractable: true })
  const named = kid === undefined ? {} : { kid }
  return {
    alg,
    jwk: { ...(await exportJWK(publicKey)), ...named, alg, use: 'sig' },
    sign: (claims, header = {}) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg, typ: 'at+jwt', ...named, ...header } as JWTHeaderParameters)
        .sign(privateKey),
  }
}

/** A token of hand-written parts, for what no library would sign. */
export function handmade(header: unknown, claims: unknown, signature = ''): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part(header)}.${part(claims)}.${signature}`
}
