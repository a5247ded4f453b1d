import type { Credentials } from './credentials.ts'

/** One HTTP exchange with the API server; the body of the answer is read as it arrives. */
export type Exchange = (request: {
  readonly origin: string
  readonly path: string
  readonly method: Method
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string | undefined
  readonly silenceMs: number
}) => Promise<{
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: AsyncIterable<Uint8Array>
  readonly close: () => void
}>

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

export type Api = {
  /** Namespace of the credentials: of the pod, or of the context. */
  readonly namespace: string
  /** @throws ApiError for every answer but 2xx, Error when none came */
  readonly request: (method: Method, path: string, body?: unknown) => Promise<unknown>
  /** A stream of JSON lines. @throws as `request` does, before the stream begins */
  readonly stream: (path: string, silenceMs: number) => Promise<ApiStream>
}

export type ApiStream = { readonly body: AsyncIterable<Uint8Array>; readonly close: () => void }

/** The API server said no; `reason` is its word for it, such as `Expired` or `AlreadyExists`. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

/** For everything but watches. */
const SILENCE_MS = 30_000
/** A page of a list; one object has at most 1.5 MiB. */
const MAX_BYTES = 512 * 1024 * 1024
const MAX_ERROR_BYTES = 65_536

export function createApi(credentials: Credentials, exchange: Exchange): Api {
  const send = async (method: Method, path: string, silenceMs: number, body?: unknown) => {
    const patch = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const answer = await exchange({
      origin: credentials.origin,
      path: credentials.basePath + path,
      method,
      headers: {
        accept: 'application/json',
        'user-agent': 'portcullis',
        ...(body === undefined ? {} : { 'content-type': patch }),
        ...(await credentials.headers()),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      silenceMs,
    })
    if (answer.status >= 200 && answer.status < 300) return answer
    const text = await read(answer.body, MAX_ERROR_BYTES).catch(() => '')
    throw refusal(answer.status, text)
  }
  return {
    namespace: credentials.namespace,
    async request(method, path, body) {
      const answer = await send(method, path, SILENCE_MS, body)
      return JSON.parse(await read(answer.body, MAX_BYTES))
    },
    stream: (path, silenceMs) => send('GET', path, silenceMs),
  }
}

async function read(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw new Error(`the answer is larger than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size).toString('utf8')
}

/** A `Status` object (meta/v1), or whatever stood there instead. */
export function refusal(status: number, text: string): ApiError {
  const { reason, message } = parseStatus(text)
  return new ApiError(status, reason ?? '', message ?? `the API server answered ${status}`)
}

function parseStatus(text: string): { reason?: string; message?: string } {
  try {
    const value = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
