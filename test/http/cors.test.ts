import { describe, expect, test } from 'vitest'
import type { Cors } from '../../src/config/snapshot.ts'
import { corsAllows, openCors, preflight, responseHeaders } from '../../src/http/cors.ts'

function cors(changes: Partial<Cors> = {}): Cors {
  return {
    allowOrigins: ['https://app.example'],
    allowMethods: [],
    allowHeaders: [],
    exposeHeaders: [],
    allowCredentials: false,
    maxAgeSeconds: undefined,
    ...changes,
  }
}

function record(headers: string[] | undefined): Record<string, string> {
  const pairs: Record<string, string> = {}
  for (let i = 0; headers !== undefined && i < headers.length; i += 2) {
    expect(pairs).not.toHaveProperty(headers[i]!)
    pairs[headers[i]!] = headers[i + 1]!
  }
  return pairs
}

function ask(policy: Cors, headers: Record<string, string>, method = 'OPTIONS') {
  return preflight(policy, {
    method,
    headers: { origin: 'https://app.example', 'access-control-request-method': 'POST', ...headers },
  })
}

describe('origins', () => {
  test.each([
    ['https://app.example', 'https://app.example', true],
    ['https://app.example', 'http://app.example', false],
    ['https://app.example', 'https://app.example:8443', false],
    ['https://app.example', 'https://app.example.evil', false],
    ['https://*.example', 'https://app.example', true],
    ['https://*.example', 'https://a.b.example', true],
    ['https://*.example', 'https://.example', false],
    ['https://*.example', 'https://example', false],
    ['https://*.example', 'http://app.example', false],
    ['https://*.example', 'https://evil.com/.example', false],
    ['https://*.example', 'https://evil@x.example', false],
    ['https://*.example', 'https://app.example:8443', false],
    ['http://localhost:*', 'http://localhost:6274', true],
    ['http://localhost:*', 'http://localhost', false],
    ['https://app.example', 'null', false],
    ['null', 'null', true],
    ['*', 'null', true],
    ['*', 'https://anything', true],
  ])('%s allows %s: %s', (allowed, origin, expected) => {
    expect(corsAllows(cors({ allowOrigins: [allowed] }), origin)).toBe(expected)
  })
})

describe('preflight', () => {
  test('of an allowed origin names methods and the MCP headers without any configuration [EDGE-4]', () => {
    const headers = record(ask(cors(), {}))
    expect(headers['access-control-allow-origin']).toBe('https://app.example')
    expect(headers.vary).toBe('Origin')
    expect(headers['access-control-allow-methods']).toBe('GET, POST, DELETE, OPTIONS')
    const allowed = headers['access-control-allow-headers']!.split(', ')
    expect(allowed).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'accept',
        'mcp-protocol-version',
        'mcp-session-id',
        'mcp-method',
        'mcp-name',
        'last-event-id',
        'traceparent',
      ]),
    )
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
    expect(headers).not.toHaveProperty('access-control-max-age')
  })

  test('of another origin says nothing but that the answer depends on it', () => {
    expect(ask(cors(), { origin: 'https://evil.example' })).toEqual(['vary', 'Origin'])
  })

  test.each([
    [
      'no preflight without Access-Control-Request-Method',
      'OPTIONS',
      { origin: 'https://app.example' },
    ],
    ['no preflight without Origin', 'OPTIONS', { 'access-control-request-method': 'POST' }],
    [
      'no preflight with another method',
      'POST',
      { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    ],
  ])('%s', (_name, method, headers) => {
    expect(preflight(cors(), { method, headers })).toBeUndefined()
  })

  test('configured headers and every mcp-param-* that is asked for are added', () => {
    const asked = 'Mcp-Param-City, x-other, X-Mine'
    const headers = record(
      ask(cors({ allowHeaders: ['X-Mine', 'Authorization'] }), {
        'access-control-request-headers': asked,
      }),
    )
    const allowed = headers['access-control-allow-headers']!.split(', ')
    expect(allowed).toContain('mcp-param-city')
    expect(allowed).toContain('X-Mine')
    expect(allowed).not.toContain('x-other')
    expect(allowed.filter(name => name.toLowerCase() === 'authorization')).toHaveLength(1)
  })

  test('* as a header names what was asked for, because the star itself would leave out Authorization', () => {
    const headers = record(
      ask(cors({ allowHeaders: ['*'] }), {
        'access-control-request-headers': 'authorization,x-any',
      }),
    )
    const allowed = headers['access-control-allow-headers']!.split(', ')
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'x-any']))
    expect(allowed).not.toContain('*')
  })

  test('nothing that is no header name is echoed', () => {
    const headers = record(
      ask(cors({ allowHeaders: ['*'] }), { 'access-control-request-headers': 'x-ok, x bad, x(' }),
    )
    expect(headers['access-control-allow-headers']).not.toMatch(/bad|\(/)
  })

  test('credentials, methods and max age as configured', () => {
    const headers = record(
      ask(cors({ allowCredentials: true, allowMethods: ['POST'], maxAgeSeconds: 600 }), {}),
    )
    expect(headers).toMatchObject({
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      'access-control-max-age': '600',
    })
  })
})

describe('answers', () => {
  test('Mcp-Session-Id and WWW-Authenticate are exposed besides what is configured [EDGE-4]', () => {
    expect(
      record(
        responseHeaders(
          cors({ exposeHeaders: ['X-Mine', 'mcp-session-id'] }),
          'https://app.example',
        ),
      ),
    ).toEqual({
      'access-control-allow-origin': 'https://app.example',
      vary: 'Origin',
      'access-control-expose-headers': 'Mcp-Session-Id, WWW-Authenticate, X-Mine',
    })
  })

  test.each(['https://evil.example', 'null', undefined])('%s gets no CORS header', origin => {
    expect(responseHeaders(cors(), origin)).toEqual(['vary', 'Origin'])
  })

  test('* is answered with * and does not vary', () => {
    const headers = record(responseHeaders(cors({ allowOrigins: ['*'] }), 'https://any.example'))
    expect(headers['access-control-allow-origin']).toBe('*')
    expect(headers).not.toHaveProperty('vary')
  })

  test('* never comes with credentials [CFG-12]', () => {
    const headers = record(
      responseHeaders(cors({ allowOrigins: ['*'], allowCredentials: true }), 'https://any.example'),
    )
    expect(headers).not.toHaveProperty('access-control-allow-credentials')
  })
})

test('well-known documents are open to every origin, with any header, without credentials', () => {
  const asked = {
    origin: 'https://any.example',
    'access-control-request-method': 'GET',
    'access-control-request-headers': 'mcp-protocol-version',
  }
  const headers = record(preflight(openCors, { method: 'OPTIONS', headers: asked }))
  expect(headers['access-control-allow-origin']).toBe('*')
  expect(headers['access-control-allow-headers']).toContain('mcp-protocol-version')
  expect(headers).not.toHaveProperty('access-control-allow-credentials')
})
