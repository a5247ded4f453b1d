import { type Compiled, compile } from '../../src/config/compile.ts'
import { type Diagnostic, formatDiagnostic } from '../../src/config/diagnostic.ts'
import type { Environment } from '../../src/config/environment.ts'
import { load } from '../../src/config/load.ts'
import type { Bind, Listener, McpBackend, Route, Snapshot } from '../../src/config/snapshot.ts'
import { profiles } from '../../src/providers/index.ts'

export type Given = {
  readonly environment?: Environment
  /** Content of files by path. */
  readonly files?: Readonly<Record<string, string>>
}

/** Loads and compiles a text that lies in `c.yaml`. */
export function read(text: string, given: Given = {}): Compiled {
  const { environment = {}, files = {} } = given
  const { resources, diagnostics } = load(text, 'c.yaml', { environment })
  if (resources.length === 0) return { snapshot: undefined, diagnostics }
  return compile(resources, {
    profiles,
    read(path) {
      const content = files[path]
      if (content === undefined) throw Object.assign(new Error('no file'), { code: 'ENOENT' })
      return content
    },
  })
}

/** The snapshot of a text that has no errors. */
export function snapshotOf(text: string, given?: Given): Snapshot {
  const { snapshot, diagnostics } = read(text, given)
  if (snapshot === undefined) throw new Error(diagnostics.map(formatDiagnostic).join('\n'))
  return snapshot
}

export function problems(text: string, given?: Given): readonly string[] {
  return read(text, given).diagnostics.map(formatDiagnostic)
}

/** Messages of one severity without place and hint. */
export function messages(
  severity: Diagnostic['severity'],
  text: string,
  given?: Given,
): readonly string[] {
  const { diagnostics } = read(text, given)
  return diagnostics.filter(one => one.severity === severity).map(({ message }) => message)
}

export function firstBind({ binds }: Snapshot): Bind {
  return required(binds[0])
}

export function firstListener(snapshot: Snapshot): Listener {
  return required(firstBind(snapshot).listeners[0])
}

export function firstRoute(snapshot: Snapshot): Route {
  return required(firstListener(snapshot).routes[0])
}

export function mcpOf({ backend }: Route): McpBackend {
  if (backend.kind !== 'mcp') throw new Error('expected an MCP backend')
  return backend
}

function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('expected one more')
  return value
}

const indent = (text: string, width: number): string =>
  text
    .trim()
    .split('\n')
    .map(line => ' '.repeat(width) + line)
    .join('\n')

/** A file with one route to one target; `policies` as YAML. */
export function withPolicies(policies: string, path = '/mcp'): string {
  return `binds:
- port: 3000
  listeners:
  - routes:
    - matches: [{path: {pathPrefix: ${path}}}]
      backends:
      - mcp: {targets: [{name: a, mcp: {host: 'http://localhost:8080/mcp'}}]}
      policies:
${indent(policies, 8)}
`
}

/** A file with one route on loopback; `backends` as YAML. */
export function withBackends(backends: string, rest = ''): string {
  return `binds:
- port: 3000
  address: 127.0.0.1
  listeners:
  - routes:
    - backends:
${indent(backends, 6)}
${rest}`
}

/** What is written, and the whole of what is said about it. */
export type Row = readonly [what: string, text: string, said: readonly string[]]
