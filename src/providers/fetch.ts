/**
 * One bounded HTTP exchange with an identity provider or a client's metadata host. `http/upstream.ts`
 * implements it; auth and authserver receive it as an argument and never open a connection themselves.
 *
 * Follows no redirect to another origin. Rejects with `FetchError` when no complete answer arrived
 * within the deadline and the size limit; every HTTP status is an answer.
 */
export type Fetch = (request: FetchRequest) => Promise<FetchResponse>

export type FetchRequest = {
  readonly url: string
  readonly method?: 'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** For the whole exchange; 10 seconds unless given. */
  readonly timeoutMs?: number
  /** 1 MiB unless given. */
  readonly maxBytes?: number
  /**
   * The URL was chosen by a client: https only, no redirects at all, and no connection to a loopback,
   * private, link-local or otherwise special address, checked on the address that is connected to.
   */
  readonly untrusted?: boolean
}

export type FetchResponse = {
  readonly status: number
  /** Names in lower case, repeated fields joined with `, `. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export class FetchError extends Error {
  override readonly name = 'FetchError'
  readonly reason: 'timeout' | 'too_large' | 'unreachable' | 'forbidden_address' | 'redirect'

  constructor(reason: FetchError['reason'], message: string, options?: ErrorOptions) {
    super(message, options)
    this.reason = reason
  }
}
