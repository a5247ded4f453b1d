import { expect } from 'vitest'
import { type Answer, ask } from '../support/http.ts'

export type WireRequest = {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Sends what a client sends, and nothing else; for a page in a browser, what the browser adds and checks. */
export type Wire = { send(url: string, request?: WireRequest): Promise<Answer> }

/** Fetch §2.2.2: headers and content types that need no preflight. */
const SAFE = new Set(['accept', 'accept-language', 'content-language'])
const SIMPLE_TYPES = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'text/plain',
])
/** What a client has to read and a browser shows only when the server says so. */
const EXPOSED = ['www-authenticate', 'mcp-session-id']

/** @param origin of the page, for a client in a browser */
export function createWire(origin?: string): Wire {
  if (origin === undefined) return { send: (url, request = {}) => ask(url, request) }
  return {
    async send(url, request = {}) {
      const { method = 'GET', headers = {} } = request
      const special = Object.keys(headers).filter(name =>
        needsPermission(name, headers[name] ?? ''),
      )
      if (special.length > 0 || !['GET', 'HEAD', 'POST'].includes(method)) {
        expectPermission(await preflight(url, origin, method, special), origin, method, special)
      }
      const answer = await ask(url, { ...request, headers: { ...headers, origin } })
      expect([origin, '*']).toContain(answer.headers['access-control-allow-origin'])
      const exposed = list(answer.headers['access-control-expose-headers'])
      const hidden = EXPOSED.filter(name => name in answer.headers && !exposed.includes(name))
      expect(hidden, `${url} hides headers from the page`).toEqual([])
      return answer
    },
  }
}

function needsPermission(name: string, value: string): boolean {
  return name === 'content-type' ? !SIMPLE_TYPES.has(value) : !SAFE.has(name)
}

function preflight(
  url: string,
  origin: string,
  method: string,
  headers: readonly string[],
): Promise<Answer> {
  return ask(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(headers.length > 0 ? { 'access-control-request-headers': headers.join(',') } : {}),
    },
  })
}

function expectPermission(
  { status, headers: answered }: Answer,
  origin: string,
  method: string,
  headers: readonly string[],
): void {
  expect([200, 204]).toContain(status)
  expect([origin, '*']).toContain(answered['access-control-allow-origin'])
  if (method !== 'GET' && method !== 'POST') {
    expect(list(answered['access-control-allow-methods'])).toContain(method.toLowerCase())
  }
  const allowed = list(answered['access-control-allow-headers'])
  expect(headers.filter(name => !allowed.includes(name))).toEqual([])
}

function list(value: unknown): string[] {
  return String(value ?? '')
    .split(',')
    .map(word => word.trim().toLowerCase())
}
