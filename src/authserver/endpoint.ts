/** What the relay can be asked. The edge maps URLs to these; see `metadata.ts` for the URLs. */
export type Endpoint =
  | 'metadata'
  | 'register'
  | 'authorize'
  | 'consent'
  | 'callback'
  | 'token'
  | 'revoke'

/** One request, as values. Everything that a client can write has been bounded in size before. */
export type RelayRequest = {
  readonly method: string
  /** The issuer below whose URL the request came in, such as `https://gw.example/mcp`; no final slash. */
  readonly issuer: string
  /** Public origin, such as `https://gw.example`. */
  readonly origin: string
  /** The protected resource that the issuer stands before (RFC 8707). */
  readonly resource: string
  /** Scopes that the route names. */
  readonly scopes: readonly string[]
  /** Without the question mark. */
  readonly query: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: string
  /** Of the peer, for limits. */
  readonly address: string
}

export type RelayResponse = {
  readonly status: number
  /** Names in lower case; a list stands for repeated fields. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body: string
}

/** The value of a request header that may be there once; several are joined as RFC 9110 §5.3 says. */
export function header(request: RelayRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' || value === undefined ? value : value.join(', ')
}
