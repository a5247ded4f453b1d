import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js'
import { UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { logIn } from '../dev/browser.ts'
import { createFolder, type Folder, type Program, start } from './program.ts'

let folder: Folder
let program: Program
let url: string

beforeAll(async () => {
  folder = createFolder()
  program = start(['demo', '--port', '0', '--admin', 'off'], { folder })
  const [, printed] = await program.printed(/MCP server\s+(http:\S+)/)
  url = printed!
})

afterAll(async () => {
  program.process.kill('SIGKILL')
  await program.ended
  folder.remove()
})

test('what is printed is enough to connect [CLI-11] [CLI-12]', async () => {
  expect(new URL(url).port).not.toBe('0')
  const [text] = await program.printed(/[\s\S]*Ctrl\+C/)
  for (const word of [
    'alice',
    'bob',
    `curl -si -X POST ${url}`,
    'npx @modelcontextprotocol/inspector',
    `claude mcp add --transport http portcullis-demo ${url}`,
    '.vscode/mcp.json',
  ]) {
    expect(text).toContain(word)
  }
})

test('the printed curl shows the 401 [CLI-11]', async () => {
  const response = await fetch(url, { method: 'POST' })
  expect(response.status).toBe(401)
  expect(response.headers.get('www-authenticate')).toContain('resource_metadata="')
})

test('the printed commands get a token and list tools [CLI-11]', async () => {
  const [, issuer] = await program.printed(/Identity provider\s+(http:\S+)/)
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from('demo:demo').toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope: 'mcp:tools',
      resource: url,
    }),
  })
  const { access_token } = (await answer.json()) as { access_token: string }
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
    body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  })
  expect(response.headers.get('content-type')).toContain('application/json')
  expect(await response.json()).toMatchObject({
    result: { tools: expect.arrayContaining([expect.objectContaining({ name: 'echo' })]) },
  })
})

test('an official client logs in as alice and calls a tool [CLI-11]', async () => {
  const { authProvider, authorizationPage } = createLogin()
  const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider })

  const first = transport()
  await expect(new Client({ name: 'test', version: '1' }).connect(first)).rejects.toThrow(
    UnauthorizedError,
  )
  const answer = await logIn(authorizationPage(), 'alice')
  await first.finishAuth(answer.searchParams.get('code') ?? '')
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(transport())
  const result = await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } })
  expect(result.structuredContent).toEqual({ sum: 3 })
  await client.close()
})

test('Ctrl+C ends everything, quietly [CLI-8]', async () => {
  program.process.kill('SIGINT')
  const { code, stderr } = await program.ended
  expect(code).toBe(0)
  expect(stderr).not.toMatch(/WARNING|NOTICE|"level":"(warn|error)"/)
})

/** What a client keeps between the steps of a login. */
function createLogin() {
  let client: object | undefined
  let tokens: object | undefined
  let verifier = ''
  let page: URL | undefined
  const authProvider = {
    redirectUrl: 'http://127.0.0.1:33333/callback',
    clientMetadata: { redirect_uris: ['http://127.0.0.1:33333/callback'], client_name: 'Test' },
    clientInformation: () => client,
    saveClientInformation(given: object) {
      client = given
    },
    tokens: () => tokens,
    saveTokens(given: object) {
      tokens = given
    },
    redirectToAuthorization(given: URL) {
      page = given
    },
    codeVerifier: () => verifier,
    saveCodeVerifier(given: string) {
      verifier = given
    },
  } as OAuthClientProvider
  return { authProvider, authorizationPage: () => page! }
}
