import { afterAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { checks } from '../../src/doctor/checks.ts'
import { knownClients } from '../../src/doctor/clients.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { createFolder } from '../cli/program.ts'
import { startTestGateway } from '../support/gateway.ts'
import { createTestIdentity } from '../support/identity.ts'
import { type Answer, type Answers, serverMembers, startWorld } from './world.ts'

const folder = createFolder()
afterAll(() => folder.remove())

type Report = {
  readonly broken: boolean
  readonly findings: readonly Finding[]
  readonly clients: readonly { readonly name: string; readonly hindrances: readonly string[] }[]
}

async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const stdout: string[] = []
  const stderr: string[] = []
  const code = await main(['doctor', ...argv], {
    environment: {},
    print: text => stdout.push(text),
    complain: text => stderr.push(text),
  })
  return { code, stdout: stdout.join('\n'), stderr: stderr.join('\n') }
}

async function report(...argv: string[]): Promise<Report> {
  return JSON.parse((await run(...argv, '--json')).stdout) as Report
}

const names = (findings: readonly Finding[], state: Finding['state']): string[] =>
  findings.filter(finding => finding.state === state).map(({ check }) => check)

describe('a sound endpoint [DOCTOR-1]', () => {
  test('every check that applies is fine, and clients on this machine can log in', async () => {
    await using world = await startWorld()
    const { broken, findings, clients } = await report(world.url)
    expect(broken).toBe(false)
    expect(names(findings, 'weak')).toEqual(['public'])
    expect(names(findings, 'fine')).toHaveLength(checks.length - 1)
    const hosted = clients.filter(({ hindrances }) => hindrances.length > 0)
    expect(hosted).toEqual([
      { name: 'Claude (web, desktop)', hindrances: ['public'] },
      { name: 'ChatGPT', hindrances: ['public'] },
    ])
  })

  test('the gateway itself is one', async () => {
    const identity = await createTestIdentity()
    await using gateway = await startTestGateway(`mcp:
  port: 0
  policies:
    cors: {allowOrigins: ["*"], allowHeaders: [authorization, content-type, mcp-protocol-version]}
    mcpAuthentication: {${identity.trust}, resourceMetadata: {scopesSupported: [mcp:tools]}}
  targets: [{name: one, mcp: {host: "http://127.0.0.1:1/mcp"}}]
`)
    const { findings } = await report(gateway.url)
    // The identity provider of this test has keys and nothing else.
    expect(names(findings, 'broken')).toEqual(['server-metadata'])
    const { findings: withToken } = await report(
      gateway.url,
      '--token',
      tokenFile(await identity.token('https://other.example/mcp')),
    )
    expect(withToken.find(({ check }) => check === 'token')).toMatchObject({
      state: 'broken',
      says: expect.stringContaining('audience is') as string,
    })
    expect(withToken.find(({ check }) => check === 'token-audience')?.evidence).toEqual([
      'got     https://other.example/mcp',
      `wanted  ${gateway.url}`,
      `${' '.repeat(12)}^ byte 5: got "s", wanted ":"`,
    ])
    await identity.remove()
  })
})

/** Each row breaks one thing, and names the check that has to find it. */
const broken: readonly (readonly [check: string, changed: Answers])[] = [
  ['initialize', { 'POST /mcp': () => ({ body: {} }) }],
  ['get', { 'GET /mcp': () => ({ status: 405 }) }],
  ['head', { 'HEAD /mcp': () => ({ status: 405 }) }],
  ['challenge', { 'POST /mcp': () => ({ status: 401 }) }],
  ['challenge', { 'POST /mcp': () => ({ status: 401, headers: challenge('Basic realm="x"') }) }],
  ['challenge-scope', { 'POST /mcp': at => refusal(`Bearer resource_metadata="${at}/metadata"`) }],
  ['named-metadata', { 'POST /mcp': () => refusal('Bearer resource_metadata="/metadata"') }],
  ['named-metadata', { 'GET /metadata': () => ({ body: '<html>' }) }],
  [
    'inserted-metadata',
    { 'GET /.well-known/oauth-protected-resource/mcp': () => ({ status: 404 }) },
  ],
  ['resource', metadata({ resource: 'http://elsewhere.example/mcp' })],
  ['authorization-servers', metadata({ authorization_servers: [] })],
  ['metadata-members', metadata({ resource_documentation: null })],
  ['server-metadata', metadata({ authorization_servers: ['http://127.0.0.1:1/nowhere'] })],
  ['issuer', server({ issuer: 'https://idp.example/' })],
  ['endpoints', server({ token_endpoint: 'http://idp.example/token' })],
  ['pkce', server({ code_challenge_methods_supported: ['plain'] })],
  ['registration', server({ registration_endpoint: undefined })],
  [
    'dynamic-registration',
    server({ registration_endpoint: undefined, client_id_metadata_document_supported: true }),
  ],
  ['public-clients', server({ token_endpoint_auth_methods_supported: undefined })],
  ['refresh', server({ grant_types_supported: ['authorization_code'] })],
  ['issuer-in-answers', server({ authorization_response_iss_parameter_supported: undefined })],
  ['server-members', server({ registration_endpoint: null })],
  ['keys', { 'GET /jwks': () => ({ body: { keys: [] } }) }],
  ['browser-requests', { 'OPTIONS /mcp': () => ({ status: 405 }) }],
  ['browser-challenge', { 'POST /mcp': at => bare(at) }],
  ['browser-metadata', { 'GET /.well-known/oauth-protected-resource/mcp': at => plain(at) }],
  ['browser-registration', { 'OPTIONS /register': () => ({ status: 404 }) }],
  ['browser-token', { 'OPTIONS /token': () => ({ status: 200 }) }],
]

describe('what is wrong is found, and a change named [DOCTOR-2]', () => {
  test.each(broken)('%s (%#)', async (check, changed) => {
    await using world = await startWorld(changed)
    const { findings } = await report(world.url)
    const finding = findings.find(one => one.check === check)
    expect(finding?.state).not.toBe('fine')
    expect(finding?.change).toBeTruthy()
  })

  test('every check has a row, but for those that build on others', () => {
    const shown = new Set(broken.map(([check]) => check))
    const others = ['public', 'discover', 'metadata-with-token']
    expect(checks.map(({ name }) => name).filter(name => !shown.has(name))).toEqual(others)
  })

  test('every need of a client is a check', () => {
    const known = new Set(checks.map(({ name }) => name))
    expect(knownClients.flatMap(({ needs }) => needs).filter(need => !known.has(need))).toEqual([])
  })
})

describe('what is printed', () => {
  test('the first byte that differs has a mark under it [DOCTOR-3]', async () => {
    await using world = await startWorld(metadata({ resource: 'http://127.0.0.1:9/mcp' }))
    const { code, stdout } = await run(world.url)
    expect(code).toBe(1)
    const lines = stdout.split('\n')
    const wanted = lines.findIndex(line => line.includes(`wanted  ${world.url}`))
    const column = (lines[wanted] ?? '').indexOf('127.0.0.1:') + '127.0.0.1:'.length
    const port = new URL(world.url).port[0]
    // Where the port happens to begin with the same digit, the difference is one further.
    const at = port === '9' ? column + 1 : column
    expect((lines[wanted + 1] ?? '').indexOf('^')).toBe(at)
    expect(lines[wanted + 1]).toMatch(/\^ byte \d+: got ".", wanted "\d"$/)
    expect(stdout).toContain('change  set resourceMetadata.resource')
  })

  test('a client that is kept out, and by what [DOCTOR-3]', async () => {
    await using world = await startWorld({ 'OPTIONS /register': () => ({ status: 404 }) })
    const { stdout } = await run(world.url)
    expect(stdout).toMatch(/^MCP Inspector 1, direct +cannot: browser-registration$/m)
    expect(stdout).toMatch(/^MCP Inspector 2 +can log in$/m)
  })

  test('an endpoint that is not there: one finding, and no guesses [DOCTOR-1]', async () => {
    const { code, stdout } = await run('http://127.0.0.1:1/mcp')
    expect(code).toBe(1)
    expect(stdout.match(/^BROKEN/gm)).toHaveLength(1)
    expect(stdout).toContain('nothing answers initialize')
  })

  test.each([[[]], [['mcp']], [['ftp://a/b']], [['http://a', '--token', '/nowhere/at/all']]])(
    'a command line that is wrong: %j [DOCTOR-1]',
    async argv => {
      expect(await run(...argv)).toMatchObject({ code: 2, stdout: '' })
    },
  )
})

describe('a token [DOCTOR-4]', () => {
  test('one that is taken', async () => {
    await using world = await startWorld({ 'POST /mcp': () => ({ body: {} }) })
    const { findings } = await report(world.url, '--token', tokenFile('Bearer opaque\n'))
    expect(findings.at(-1)).toMatchObject({ check: 'token', state: 'fine' })
  })

  test('one that is refused: what the endpoint says, then what differs', async () => {
    await using world = await startWorld({
      'POST /mcp': () => refusal('Bearer error="invalid_token", error_description="no \\"good\\""'),
      'GET /.well-known/oauth-protected-resource/mcp': at => ({
        body: { resource: `${at}/mcp`, authorization_servers: [`${at}/as`] },
      }),
    })
    const token = jwt({ kid: 'two' }, { iss: `${world.origin}/as`, aud: 'another', exp: 1 })
    const { findings } = await report(world.url, '--token', tokenFile(token))
    const said = Object.fromEntries(findings.map(({ check, state }) => [check, state]))
    expect(findings.find(({ check }) => check === 'token')?.says).toContain('no "good"')
    expect(said).toMatchObject({
      'token-issuer': 'fine',
      'token-audience': 'weak',
      'token-expiry': 'broken',
      'token-key': 'broken',
    })
  })

  test('it goes to the endpoint and nowhere else', async () => {
    const asked: string[] = []
    await using world = await startWorld()
    const { examineToken } = await import('../../src/doctor/token-checks.ts')
    const { gather } = await import('../../src/doctor/evidence.ts')
    const { createFetch } = await import('../../src/http/fetch.ts')
    const { fetch, close } = createFetch()
    const evidence = await gather(fetch, world.url)
    await examineToken(
      request => {
        if (JSON.stringify(request.headers).includes('secret-token')) asked.push(request.url)
        return fetch(request)
      },
      evidence,
      'secret-token',
      0,
    )
    await close()
    expect(asked).toEqual([world.url])
  })
})

function challenge(value: string): Record<string, string> {
  return { 'www-authenticate': value }
}

function refusal(value: string): Answer {
  return { status: 401, headers: challenge(value) }
}

function bare(origin: string): Answer {
  return refusal(`Bearer resource_metadata="${origin}/metadata", scope="a"`)
}

function plain(origin: string): Answer {
  return { body: { resource: `${origin}/mcp`, authorization_servers: [`${origin}/as`] } }
}

function metadata(members: Record<string, unknown>): Answers {
  const answer = (origin: string): Answer => ({
    body: { resource: `${origin}/mcp`, authorization_servers: [`${origin}/as`], ...members },
  })
  return { 'GET /metadata': answer, 'GET /.well-known/oauth-protected-resource/mcp': answer }
}

function server(members: Record<string, unknown>): Answers {
  return {
    'GET /.well-known/oauth-authorization-server/as': origin => ({
      body: { ...serverMembers(origin), ...members },
    }),
  }
}

function jwt(header: object, claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'RS256', ...header })}.${part(claims)}.c2ln`
}

function tokenFile(token: string): string {
  return folder.file('token.txt', token)
}
