import { describe, expect, test } from 'vitest'
import { type Import, type Module, modules, parseModule } from './modules.ts'

/**
 * Who may import whom. Each entry is a folder of `src/` or one file; `root` is the files directly in
 * `src/`. A folder may always import itself. What is not here is forbidden.
 */
type Edges = { readonly values: readonly string[]; readonly types: readonly string[] }

const parts = ['auth', 'authserver', 'mcp', 'policy']
const leaves = ['cel', 'config', 'providers', 'seal', 'observe']

/** The parts in the middle know the snapshot, the identity and the leaves; never each other. */
const part: Edges = {
  values: ['cel', 'config', 'providers', 'seal', 'auth/identity.ts'],
  types: ['observe'],
}

const edges: Readonly<Record<string, Edges>> = {
  cel: { values: [], types: [] },
  config: { values: ['cel', 'providers'], types: [] },
  providers: { values: [], types: ['config', 'observe'] },
  seal: { values: ['config/secret.ts'], types: [] },
  observe: { values: ['config/secret.ts'], types: ['config'] },
  auth: part,
  authserver: part,
  mcp: part,
  policy: part,
  source: { values: ['config', 'providers'], types: ['observe'] },
  store: { values: ['config/secret.ts'], types: [...parts, 'observe'] },
  http: { values: ['config', 'providers', 'observe'], types: [...parts, 'seal'] },
  dev: { values: [], types: ['observe'] },
  doctor: { values: [], types: ['providers'] },
  runtime: { values: [...leaves, ...parts, 'store', 'http'], types: [] },
  root: { values: [...leaves, ...parts, 'source', 'store', 'http', 'runtime'], types: [] },
  cli: {
    values: [...leaves, ...parts, 'source', 'http', 'runtime', 'root', 'dev', 'doctor'],
    types: [],
  },
}

/** Files that may do more than their folder, and why. */
const exceptions: Readonly<Record<string, Edges & { readonly why: string }>> = {
  'http/gate.ts': {
    values: [...leaves, ...parts],
    types: [],
    why: 'the path of a request: here the parts meet',
  },
  'http/reply.ts': {
    values: ['config', 'providers', 'observe', 'auth/challenge.ts'],
    types: parts,
    why: 'failures become HTTP here, and some of them carry a challenge',
  },
  'http/public-url.ts': {
    values: ['config', 'providers', 'observe', 'auth/metadata.ts'],
    types: parts,
    why: 'the metadata of a route is made for each of its public URLs',
  },
  'http/target-exchange.ts': {
    values: ['config', 'providers', 'observe', 'mcp/sse.ts'],
    types: parts,
    why: 'event streams are kept alive where they are written',
  },
  'main.ts': { values: ['cli'], types: [], why: 'the door' },
}

const all = modules()

describe('import directions', () => {
  test('every folder of src/ is in the table', () => {
    expect(all.length).toBeGreaterThan(0)
    expect(all.filter(module => edges[module.folder || 'root'] === undefined)).toEqual([])
  })

  test('each import is one that the table allows', () => {
    expect(all.flatMap(forbidden)).toEqual([])
  })

  test('imports of own files exist and end in .ts', () => {
    const paths = new Set(all.map(module => module.path))
    const broken = all.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target !== undefined && !paths.has(target))
        .map(({ specifier }) => `${path}: ${specifier}`),
    )
    expect(broken).toEqual([])
  })

  test.each([
    ['auth/verify.ts', "import { gate } from '../http/gate.ts'"],
    ['auth/verify.ts', "import type { Call } from '../mcp/message.ts'"],
    ['config/load.ts', "import { createLog } from '../observe/log.ts'"],
    ['mcp/sessions.ts', "import { createLog } from '../observe/log.ts'"],
    ['http/router.ts', "import { verify } from '../auth/verify.ts'"],
    ['http/gate.ts', "import { buildRuntime } from '../runtime/runtime.ts'"],
    ['gateway.ts', "import { demo } from '../dev/sample-server.ts'"],
    ['seal/seal.ts', "import type { Snapshot } from '../config/snapshot.ts'"],
  ])('the table forbids %s: %s', (path, line) => {
    expect(forbidden(parseModule(path, line))).toHaveLength(1)
  })

  test.each([
    ['mcp/sessions.ts', "import { identityKey } from '../auth/identity.ts'"],
    ['auth/verify.ts', "import type { Log } from '../observe/log.ts'"],
    ['http/gate.ts', "import { challenge } from '../auth/challenge.ts'"],
    ['cli/run.ts', "import { createGateway } from '../gateway.ts'"],
  ])('the table allows %s: %s', (path, line) => {
    expect(forbidden(parseModule(path, line))).toEqual([])
  })
})

describe('cycles', () => {
  test('no file imports itself through others, not even for types', () => {
    expect(cycles(all)).toEqual([])
  })

  test('a cycle is found and named', () => {
    const knot = [
      parseModule('a.ts', "import { b } from './b.ts'"),
      parseModule('b.ts', "import type { C } from './c.ts'"),
      parseModule('c.ts', "import { a } from './a.ts'\nimport { d } from './d.ts'"),
      parseModule('d.ts', ''),
    ]
    expect(cycles(knot)).toEqual(['a.ts > b.ts > c.ts > a.ts'])
  })
})

function forbidden(module: Module): string[] {
  const own = module.folder || 'root'
  const allowed = exceptions[module.path] ?? edges[own]
  return module.imports
    .filter(({ target }) => target !== undefined)
    .filter(edge => folderOf(edge) !== own)
    .filter(edge => !permits(allowed, edge))
    .map(edge => `${module.path}: ${edge.typeOnly ? 'type ' : ''}${edge.specifier}`)
}

function permits(allowed: Edges | undefined, edge: Import): boolean {
  const reach = [...(allowed?.values ?? []), ...(edge.typeOnly ? (allowed?.types ?? []) : [])]
  return reach.includes(folderOf(edge)) || reach.includes(edge.target ?? '')
}

function folderOf({ target = '' }: Import): string {
  const path = target.replace(/^(\.\.\/)+/, '')
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : 'root'
}

/** Depth first, each file once; a file that is met again on the way down closes a cycle. */
function cycles(graph: readonly Module[]): string[] {
  const byPath = new Map(graph.map(module => [module.path, module]))
  const done = new Set<string>()
  const found: string[] = []
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path)
    if (start >= 0) found.push([...trail.slice(start), path].join(' > '))
    if (start >= 0 || done.has(path)) return
    for (const { target } of byPath.get(path)?.imports ?? []) {
      if (target !== undefined) visit(target, [...trail, path])
    }
    done.add(path)
  }
  for (const { path } of graph) visit(path, [])
  return found
}
