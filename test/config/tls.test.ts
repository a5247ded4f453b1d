import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { firstListener, messages, snapshotOf } from './read.ts'

let folder: string
let files: Record<string, string>

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'portcullis-tls-'))
  const make = (name: string) =>
    execFileSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost -keyout ${name}.key -out ${name}.crt`.split(
        ' ',
      ),
      { cwd: folder, stdio: 'ignore' },
    )
  make('a')
  make('b')
  files = Object.fromEntries(
    ['a.crt', 'a.key', 'b.crt', 'b.key'].map(name => [
      name,
      readFileSync(join(folder, name), 'utf8'),
    ]),
  )
  files.empty = ''
})

afterAll(() => rmSync(folder, { recursive: true }))

const withTls = (tls: string) =>
  `binds: [{port: 1, address: '::1', listeners: [{tls: {${tls}}, routes: [{backends: [{host: 'h:1'}]}]}]}]`

test('certificate and key are read, and the listener is HTTPS', () => {
  const snapshot = snapshotOf(
    withTls('cert: a.crt, key: a.key, root: b.crt, minTLSVersion: TLS_V1_3'),
    { files },
  )
  const { tls, routes } = firstListener(snapshot)
  expect(tls).toMatchObject({
    certificate: files['a.crt'],
    clientAuthorities: files['b.crt'],
    minVersion: 'TLSv1.3',
  })
  expect(tls?.key.reveal()).toBe(files['a.key'])
  expect(routes[0]?.publicOrigins[0]).toBe('https://localhost:1')
})

test.each([
  ['cert: none, key: a.key', 'cannot read the file none: it does not exist'],
  ['cert: empty, key: a.key', 'empty holds no PEM certificate'],
  ['cert: a.crt, key: empty', 'empty holds no PEM private key without passphrase'],
  ['cert: a.crt, key: a.crt', 'a.crt holds no PEM private key without passphrase'],
  ['cert: a.crt, key: a.key, root: a.key', 'a.key holds no PEM certificate'],
  [
    'cert: a.crt, key: b.key',
    'the private key in b.key is not the one of the certificate in a.crt',
  ],
])('%s: %s', (tls, message) => {
  expect(messages('error', withTls(tls), { files })).toEqual([message])
})

test('HTTP and HTTPS do not share a port', () => {
  const text = `binds: [{port: 1, address: '::1', listeners: [
  {hostname: a.example, tls: {cert: a.crt, key: a.key}, routes: [{backends: [{host: 'h:1'}]}]},
  {hostname: b.example, routes: [{backends: [{host: 'h:1'}]}]}]}]`
  expect(messages('error', text, { files })).toEqual(['HTTP and HTTPS on one port (1)'])
})
