import { describe, expect, test } from 'vitest'
import { compile } from '../../src/config/compile.ts'
import { formatDiagnostic } from '../../src/config/diagnostic.ts'
import { load } from '../../src/config/load.ts'
import type { Snapshot } from '../../src/config/snapshot.ts'
import { profiles } from '../../src/providers/index.ts'
import { createFlagsSource, type Flags, flagsToYaml } from '../../src/source/flags.ts'

const read = () => {
  throw new Error('no file is named')
}

function snapshotOf(flags: Flags): Snapshot {
  const { resources, diagnostics } = createFlagsSource(flags, '/', {}).read()
  const compiled = compile(resources, { profiles, read })
  expect([...diagnostics, ...compiled.diagnostics].map(formatDiagnostic)).toEqual([])
  if (compiled.snapshot === undefined) throw new Error('no snapshot')
  return compiled.snapshot
}

const base: Flags = { issuer: 'http://localhost:7080/realms/mcp', server: { url: 'http://h:1' } }

test('the shortest command line listens on loopback and is a resource server', () => {
  const [bind] = snapshotOf(base).binds
  expect(bind).toMatchObject({ port: 3000, address: '127.0.0.1' })
  expect(bind?.listeners[0]?.allowedHosts).toContain('localhost')
  expect(bind?.listeners[0]?.routes[0]).toMatchObject({
    path: '/mcp',
    publicOrigins: ['http://localhost:3000', 'http://127.0.0.1:3000'],
    authentication: { mode: 'strict', issuers: [{ issuer: base.issuer }], relay: undefined },
    backend: { targets: [{ transport: { kind: 'http', url: 'http://h:1/mcp' } }] },
  })
})

test('every flag has its place', () => {
  const { binds } = snapshotOf({
    issuer: base.issuer,
    provider: 'Keycloak',
    port: 0,
    path: '/hello',
    audiences: ['a', 'b'],
    scopes: ['read:all'],
    server: { command: 'uv', args: ['run', 'src/main.py'] },
  })
  expect(binds[0]?.port).toBe(0)
  expect(binds[0]?.listeners[0]?.routes[0]).toMatchObject({
    path: '/hello',
    authentication: {
      issuers: [{ audiences: ['a', 'b'] }],
      scopes: ['read:all'],
      relay: { profile: { name: 'keycloak' } },
    },
    backend: {
      targets: [{ transport: { command: 'uv', args: ['run', 'src/main.py'], clearEnv: false } }],
    },
  })
})

describe('values mean in the file what they mean on the command line [CLI-4]', () => {
  const odd = [
    '$HOME',
    `\${X}`,
    '$$',
    '- a',
    '{b: c}',
    '# d',
    'true',
    '12',
    'null',
    "'",
    '"',
    'e\nf',
    '',
  ]
  test.each(odd)('%j', value => {
    const { binds } = snapshotOf({ ...base, server: { command: 'x', args: [value] } })
    expect(binds[0]?.listeners[0]?.routes[0]?.backend).toMatchObject({
      targets: [{ transport: { args: [value] } }],
    })
  })
})

test('what is wrong is said about the file that the flags stand for', () => {
  const flags: Flags = { ...base, issuer: 'idp', provider: 'keyclok' }
  const { diagnostics } = createFlagsSource(flags, '/', {}).read()
  expect(diagnostics.map(formatDiagnostic)).toEqual([
    'error: <command line>:15:19 binds[0].listeners[0].routes[0].policies.mcpAuthentication.issuer: expected an http or https URL without user name and fragment, got "idp"',
  ])
})

test('the printed file means the same as the flags [CLI-4]', () => {
  const text = flagsToYaml(base)
  expect(text).toMatch(/^# /)
  const printed = compile(load(text, '<command line>', { environment: {} }).resources, {
    profiles,
    read,
  })
  expect(printed.snapshot).toEqual(snapshotOf(base))
})
