import { describe, expect, test } from 'vitest'
import { modules, parseModule } from './modules.ts'
import { files, read } from './tree.ts'

/** Hard stop for a file. The aim is 130. */
const MAX_LINES = 400

/** Tables may be long: they are read by looking something up, not from top to bottom. */
const tables: Readonly<Record<string, string>> = {}

/** Classes that are no errors: each holds something from its making to its end. */
const lifetimes: Readonly<Record<string, string>> = {
  SpreadRequest: 'one request to one of several servers',
  Secret: 'a value that must not be printed',
  BoundedMap: 'entries with a limit and an order of eviction',
  Budget:
    'what one decision may still look at; a class, because the evaluator tells types by constructor',
  GateClient: 'the client of one MCP request',
  RequestBody: 'a body on its way to a backend',
  Passage: 'an answer of a target on its way back',
  ResponseRelay: 'an answer on its way to a client',
  StreamHandler: 'one exchange whose answer is read as it arrives',
  RequestVariables: 'what one request shows to expressions, made when it is read',
  TargetExchange: 'one request to a target and its answer',
  ...Object.fromEntries(
    [
      'IdentityVariable',
      'RequestVariable',
      'SourceVariable',
      'McpVariable',
      'ItemVariable',
      'ToolVariable',
      'PromptVariable',
      'ResourceVariable',
      'TaskVariable',
      'AnnotationsVariable',
    ].map(name => [name, 'a type of CEL, which its evaluator tells by the constructor']),
  ),
}

const all = modules()
const sources = ['src', 'test', 'scripts', 'bench'].flatMap(folder => files(folder, /\.(ts|js)$/))

describe('files', () => {
  test(`no file is longer than ${MAX_LINES} lines, tables excepted`, () => {
    const lengths = sources.map(path => [path, read(path).split('\n').length - 1] as const)
    const long = lengths.filter(([path, lines]) => lines > MAX_LINES && tables[path] === undefined)
    expect(long).toEqual([])
  })

  test('every exception exists', () => {
    expect(Object.keys(tables).filter(path => !sources.includes(path))).toEqual([])
  })

  test('no file is a drawer for things without a name of their own', () => {
    const drawers = /(^|\/)(util|utils|helper|helpers|common|misc|manager|managers)(\/|\.ts$)/
    expect(sources.filter(path => drawers.test(path))).toEqual([])
  })

  test('names are kebab-case', () => {
    const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.(ts|js)$/
    expect(sources.filter(path => !kebab.test(path.split('/').at(-1) ?? ''))).toEqual([])
  })
})

describe('code', () => {
  test('nothing is left to do', () => {
    // Written so that this line does not find itself.
    const left = /\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b/
    expect(sources.filter(path => left.test(read(path)))).toEqual([])
  })

  test('no test is skipped, and none runs alone', () => {
    const tests = files('test', /\.test\.ts$/).filter(path => !path.startsWith('test/repo/'))
    const partial = /\b(test|it|describe)\.(skip|only|todo)\b/
    expect(tests.filter(path => partial.test(read(path)))).toEqual([])
  })

  test('exports have names', () => {
    const nameless = all.filter(({ code }) => /^export\s+(default|=)/m.test(code))
    expect(nameless.map(module => module.path)).toEqual([])
  })

  test('classes are errors or things with a lifetime', () => {
    const classes = all.flatMap(({ path, code }) =>
      [...code.matchAll(/^(?:export\s+)?class\s+(\w+)(?:\s+extends\s+(\w+))?/gm)]
        .filter(
          ([, name = '', parent = '']) =>
            !parent.endsWith('Error') && lifetimes[name] === undefined,
        )
        .map(([, name]) => `${path}: ${name}`),
    )
    expect(classes).toEqual([])
  })

  test('modules hold no state', () => {
    expect(
      all.flatMap(module => state(module.code).map(line => `${module.path}: ${line}`)),
    ).toEqual([])
  })

  test.each([
    'let current = 0',
    'export let current: number = 0',
    'var current = 0',
    'const cache = new Map()',
    'export const cache: Map<string, number> = new Map([["a", 1]])',
    'export const names: string[] = []',
    'export const table: Record<string, number> = {}',
    'const seen = new WeakSet()',
    'const counts = new Uint32Array(4)',
    'const queue: string[] = []',
  ])('state: %s', line => {
    expect(state(parseModule('x.ts', line).code)).toHaveLength(1)
  })

  test.each([
    'const limit = 10',
    'const names = new Set(["a"])',
    'export const names: ReadonlySet<string> = new Set(["a"])',
    'export const names: readonly string[] = ["a"]',
    'export const table: Readonly<Record<string, number>> = {}',
    'export const anonymous: Identity = Object.freeze({})',
    '  let inside = 0',
    'const pattern = new RegExp("a")',
  ])('no state: %s', line => {
    expect(state(parseModule('x.ts', line).code)).toEqual([])
  })
})

/** Top-level lines that make something that can change while the program runs. */
function state(code: string): string[] {
  return code.split('\n').filter(line => mutable.some(pattern => pattern.test(line)))
}

const mutable: readonly RegExp[] = [
  /^(export )?(let|var) /,
  // Something empty is there to be filled.
  /^const \w+(: (?!readonly\b|Readonly)[^=]+)? = (\[\]|\{\}|new \w+(<.*>)?\(\))$/,
  /^(export )?const \w+.* = new (WeakMap|WeakSet|\w+Array)\b/,
  // What others can reach has to be read-only for them.
  /^export const \w+: (?!readonly\b|Readonly)([^=]*\[\]|(Map|Set|Array|Record)<.*) =/,
  /^export const \w+ = new (Map|Set)\b/,
]
