import { describe, expect, test } from 'vitest'
import {
  allowsRedirect,
  redirectTarget,
  redirectUriProblem,
  redirectUrisProblem,
  sameRedirectUri,
} from '../../src/authserver/redirect-uri.ts'

describe('a redirect URI can be registered', () => {
  test.each([
    'https://claude.ai/api/mcp/auth_callback',
    'https://chatgpt.com/connector/oauth/abc123',
    'https://client.example:8443/cb?fixed=1',
    'http://127.0.0.1:33418/',
    'http://127.0.0.1/',
    'http://localhost:8787/callback',
    'http://[::1]:5000/callback',
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'com.example.app:/oauth',
    'vscode://vscode.github-authentication/did-authenticate',
  ])('%s', uri => {
    expect(redirectUriProblem(uri)).toBeUndefined()
  })
})

describe('a redirect URI cannot be registered [RELAY-5]', () => {
  test.each([
    ['http://evil.example/cb', 'http is allowed'],
    ['http://localhost.evil.example/cb', 'http is allowed'],
    ['http://127.0.0.1.evil.example/cb', 'http is allowed'],
    ['http://localhost@evil.example/cb', 'user names'],
    ['https://good.example@evil.example/cb', 'user names'],
    ['http://10.0.0.1/cb', 'http is allowed'],
    ['https://client.example/*', 'wildcards'],
    ['http://localhost:*/cb', 'wildcards'],
    ['https://client.example/cb#part', 'fragments'],
    ['javascript:alert(1)', 'belongs to no app'],
    ['JavaScript:alert(1)', 'belongs to no app'],
    ['data:text/html,x', 'belongs to no app'],
    ['vbscript:x', 'belongs to no app'],
    ['file:///etc/passwd', 'belongs to no app'],
    ['blob:https://a.example/x', 'belongs to no app'],
    ['ms-msdt:/id', 'belongs to no app'],
    ['/callback', 'absolute'],
    ['//evil.example/cb', 'absolute'],
    ['', 'not a text'],
    [42, 'not a text'],
    [null, 'not a text'],
    ['https://client.example/ cb', 'characters'],
    ['https://client.example/\ncb', 'characters'],
    ['https://client.example\\@evil.example/', 'characters'],
    ['https://clіent.example/', 'characters'],
    [`https://client.example/${'a'.repeat(1000)}`, 'longer'],
  ])('%j: %s', (uri, problem) => {
    expect(redirectUriProblem(uri)).toContain(problem)
  })

  test.each([
    [undefined, 'missing or empty'],
    [[], 'missing or empty'],
    ['https://client.example/cb', 'missing or empty'],
    [Array.from({ length: 21 }, (_, at) => `https://client.example/${at}`), 'more than 20'],
    [['https://client.example/cb', 'javascript:alert(1)'], 'javascript'],
    [Array.from({ length: 4 }, (_, at) => `https://c.example/${at}${'a'.repeat(900)}`), '3000'],
  ])('set %#', (uris, problem) => {
    expect(redirectUrisProblem(uris)).toContain(problem)
  })
})

describe('a requested redirect URI is the registered one [RELAY-6]', () => {
  test.each([
    ['https://client.example/cb', 'https://client.example/cb'],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:51234/callback'],
    ['http://127.0.0.1:33418/', 'http://127.0.0.1:4000/'],
    ['http://localhost:3118/callback', 'http://localhost:61000/callback'],
    ['http://localhost/callback', 'http://localhost/callback'],
    ['http://[::1]/cb', 'http://[::1]:9/cb'],
    [
      'cursor://anysphere.cursor-mcp/oauth/callback',
      'cursor://anysphere.cursor-mcp/oauth/callback',
    ],
  ])('%s ← %s', (registered, requested) => {
    expect(sameRedirectUri(registered, requested)).toBe(true)
  })

  test.each([
    ['https://client.example/cb', 'https://client.example/cb/'],
    ['https://client.example/cb', 'https://client.example:444/cb'],
    ['https://client.example/cb', 'https://CLIENT.example/cb'],
    ['https://client.example/cb', 'https://client.example/cb?next=https://evil.example'],
    ['https://client.example/cb', 'https://client.example/cb/../other'],
    ['http://127.0.0.1/callback', 'http://localhost/callback'],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:5/other'],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:5/callback?x=1'],
    ['http://127.0.0.1/callback', 'https://127.0.0.1:5/callback'],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:5@evil.example/callback'],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:5/callback#f'],
    ['cursor://a/cb', 'cursor://a/cb/'],
    ['cursor://a/cb', 'cursor://b/cb'],
  ])('not %s ← %s', (registered, requested) => {
    expect(sameRedirectUri(registered, requested)).toBe(false)
  })
})

describe('a pattern of the configuration', () => {
  test.each([
    ['https://claude.ai/*', 'https://claude.ai/api/mcp/auth_callback', true],
    ['https://claude.ai/api/*', 'https://claude.ai/api/../evil', false],
    ['https://claude.ai*', 'https://claude.ai.evil.example/cb', false],
    ['https://*', 'https://evil.example/', false],
    ['*', 'https://evil.example/', false],
    ['http://localhost:*', 'http://localhost:5000/callback', true],
    ['http://localhost*', 'http://localhost.evil.example/', false],
    ['http://127.0.0.1/callback', 'http://127.0.0.1:5000/callback', true],
    ['cursor://anysphere.cursor-mcp/*', 'cursor://anysphere.cursor-mcp/oauth/callback', true],
    ['cursor://*', 'vscode://x/', false],
  ])('%s and %s: %s', (pattern, uri, allowed) => {
    expect(allowsRedirect(pattern, uri)).toBe(allowed)
  })
})

test.each([
  ['https://client.example:8443/cb', 'client.example:8443'],
  ['http://localhost:1/cb', 'localhost:1'],
  ['cursor://anysphere/cb', 'the app that opens cursor://'],
])('%s leads to %s', (uri, target) => {
  expect(redirectTarget(uri)).toBe(target)
})
