import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createFileSource } from '../../src/source/file.ts'
import { createFolder, type Folder } from '../cli/program.ts'
import {
  jsonRpc,
  type RecordingServer,
  startRecordingServer,
} from '../fixtures/recording-server.ts'
import { createAuthority } from '../http/authority.ts'
import { wireOf } from '../http/wire.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'
import { post } from '../support/http.ts'
import { createTestIdentity, type TestIdentity } from '../support/identity.ts'

const QUIET = '{adminAddr: "off", logging: {level: debug, format: json}}'

let upstream: RecordingServer
let folder: Folder

beforeAll(async () => {
  upstream = await startRecordingServer()
})
afterAll(() => upstream.close())
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

const serve = (path: string): Promise<TestGateway> =>
  startTestGateway('', { source: createFileSource(path, {}) })

/** Replaces a file as editors do. */
function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text)
  renameSync(`${path}.new`, path)
}

const at = (path: string) =>
  configuration([{ match: `{path: {exact: ${path}}}`, backend: httpTarget(upstream.url) }], QUIET)

test('an editor saves the file: it is in use without a restart [RELOAD-1] [RELOAD-2]', async () => {
  const file = folder.file('portcullis.yaml', at('/one'))
  await using gateway = await serve(file)
  replace(file, at('/two'))
  await gateway.logged(/configuration reloaded/)
  expect((await post(`${gateway.origin}/two`, jsonRpc('initialize', '0'))).status).toBe(200)
})

test('a ConfigMap is swapped by its link: it is in use without a restart [RELOAD-1] [RELOAD-2]', async () => {
  for (const [version, path] of [
    ['a', '/one'],
    ['b', '/two'],
  ] as const) {
    mkdirSync(join(folder.path, version))
    writeFileSync(join(folder.path, version, 'portcullis.yaml'), at(path))
  }
  symlinkSync('a', join(folder.path, '..data'))
  const file = join(folder.path, 'portcullis.yaml')
  symlinkSync('..data/portcullis.yaml', file)
  await using gateway = await serve(file)
  symlinkSync('b', join(folder.path, '..data_tmp'))
  renameSync(join(folder.path, '..data_tmp'), join(folder.path, '..data'))
  await gateway.logged(/configuration reloaded/)
  expect((await post(`${gateway.origin}/two`, jsonRpc('initialize', '0'))).status).toBe(200)
})

test('a broken file is told about and the old one stays; the mended one is used [RELOAD-3]', async () => {
  const file = folder.file('portcullis.yaml', at('/one'))
  await using gateway = await serve(file)
  replace(file, 'binds: [')
  await gateway.logged(/stays in use/)
  rmSync(file)
  expect((await post(`${gateway.origin}/one`, jsonRpc('initialize', '0'))).status).toBe(200)
  writeFileSync(file, at('/two'))
  await gateway.logged(/configuration reloaded/)
  expect((await post(`${gateway.origin}/two`, jsonRpc('initialize', '0'))).status).toBe(200)
})

test('a key set in a file is read again when the file changes [RELOAD-1]', async () => {
  const [first, second] = [await createTestIdentity(), await createTestIdentity()]
  const keys = folder.file('keys.json', '')
  const publish = ({ keySet }: TestIdentity): void => {
    replace(keys, readFileSync(keySet, 'utf8'))
  }
  publish(first)
  const yaml = configuration(
    [
      {
        policies: `{mcpAuthentication: {issuer: "${first.issuer}", jwks: {file: keys.json}, audiences: [gateway]}}`,
        backend: httpTarget(upstream.url),
      },
    ],
    QUIET,
  )
  await using gateway = await serve(folder.file('portcullis.yaml', yaml))
  const status = async (identity: TestIdentity) =>
    (await post(gateway.url, jsonRpc('initialize', '0'), await identity.bearer('gateway'))).status
  expect([await status(first), await status(second)]).toEqual([200, 401])
  publish(second)
  await gateway.logged(/configuration reloaded/)
  expect([await status(first), await status(second)]).toEqual([401, 200])
  await Promise.all([first.remove(), second.remove()])
})

test('a new certificate is for new connections, old ones go on [RELOAD-7] [CFG-10]', async () => {
  const authority = createAuthority()
  const write = (): void => {
    const { certificate, key } = authority.issue('gw.example')
    // One after the other, as tools do: in between the two do not fit.
    replace(join(folder.path, 'tls.crt'), certificate)
    replace(join(folder.path, 'tls.key'), key)
  }
  write()
  const yaml = `config: ${QUIET}
binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - hostname: gw.example
    protocol: HTTPS
    tls: {cert: tls.crt, key: tls.key}
    routes:
    - matches: [{path: {exact: /mcp}}]
      backends: [${httpTarget(upstream.url)}]
`
  await using gateway = await serve(folder.file('portcullis.yaml', yaml))
  const { port } = new URL(gateway.url)
  const dial = async (): Promise<TLSSocket> => {
    const socket = connect({
      port: Number(port),
      host: '127.0.0.1',
      ca: authority.certificate,
      servername: 'gw.example',
    })
    await once(socket, 'secureConnect')
    return socket
  }
  const ask = async (socket: TLSSocket): Promise<string> => {
    const wire = wireOf(socket)
    wire.send(`GET /mcp HTTP/1.1\r\nHost: gw.example:${port}\r\n\r\n`)
    return wire.until('\r\n\r\n')
  }
  const old = await dial()
  expect(await ask(old)).toMatch(/^HTTP\/1.1 405/)
  const before = fingerprint(old)
  write()
  await gateway.logged(/configuration reloaded/)
  const fresh = await dial()
  expect(fingerprint(fresh)).not.toBe(before)
  expect(await ask(fresh)).toMatch(/^HTTP\/1.1 405/)
  expect(await ask(old)).toMatch(/^HTTP\/1.1 405/)
  old.destroy()
  fresh.destroy()
})

function fingerprint(socket: TLSSocket): string {
  const certificate: PeerCertificate = socket.getPeerCertificate()
  return certificate.fingerprint256
}
