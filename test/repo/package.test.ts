import { describe, expect, test } from 'vitest'
import { files, read } from './tree.ts'

/** What runs in production, and why it is not written here. Adding a row is a decision to defend. */
const dependencies: Readonly<Record<string, string>> = {
  '@kubernetes/client-node':
    'kubeconfig and credentials, plugins included; loaded by `portcullis kubernetes` alone',
  '@marcbachmann/cel-js': 'CEL for rules, with type checking when the configuration is loaded',
  chokidar: 'watching files through renames and symlink swaps on every platform',
  ioredis: 'the store that replicas share; loaded where one is configured',
  jose: 'JWT, JWS and JWK (RFC 7515 to 7519), by the author of the reference implementations',
  'oidc-provider': 'the identity provider of `portcullis demo`; loaded by nothing else',
  pino: 'logging that does not block',
  re2js: 'patterns from the configuration in linear time',
  undici: 'the HTTP client; 7.x, because 8 needs node 22',
  yaml: 'YAML with positions, for diagnostics that point at the line',
  zod: 'the schema of the configuration, and the JSON Schema made from it',
}

type Manifest = {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly type: string
  readonly bin: Readonly<Record<string, string>>
  readonly files: readonly string[]
  readonly engines: Readonly<Record<string, string>>
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies: Readonly<Record<string, string>>
  readonly devDependencies: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

type Lock = {
  readonly packages: Readonly<
    Record<string, { integrity?: string; resolved?: string } & Partial<Manifest>>
  >
}

/**
 * npm leaves packages out of the lock file that the registry of the machine does not offer, and adding
 * a dependency there takes them out again. These were put back by hand.
 */
const NEVER_FETCHED = /^node_modules\/@biomejs\/cli-(?:android|darwin|win32|linux-\w+-musl)/

const manifest = JSON.parse(read('package.json')) as Manifest
const lock = JSON.parse(read('package-lock.json')) as Lock

describe('package.json', () => {
  test('runtime dependencies are exactly the ones that have a reason', () => {
    const names = { ...manifest.dependencies, ...manifest.optionalDependencies }
    expect(new Set(Object.keys(names))).toEqual(new Set(Object.keys(dependencies)))
  })

  test('versions are exact', () => {
    const all = { ...manifest.dependencies, ...manifest.devDependencies }
    expect(Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual(
      [],
    )
  })

  test('start and test work as the first command in a fresh clone', () => {
    expect(manifest.scripts.start).toMatch(
      /^node scripts\/bootstrap\.js && node dist\/main\.js demo/,
    )
    expect(manifest.scripts.test).toMatch(/^node scripts\/bootstrap\.js && vitest run/)
  })

  test.each(['build', 'format', 'lint', 'reference', 'start', 'test', 'types'])(
    'has the script %s',
    name => {
      expect(manifest.scripts[name]).toBeTypeOf('string')
    },
  )

  test('no script runs when somebody else installs the package', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare']
    expect(hooks.filter(hook => manifest.scripts[hook] !== undefined)).toEqual([])
  })

  test('names what is published, under which licence and for which node', () => {
    expect(manifest).toMatchObject({
      name: 'portcullis',
      type: 'module',
      license: 'Apache-2.0',
      bin: { portcullis: 'dist/main.js' },
      engines: { node: '>=20.19' },
    })
    expect(manifest.files).toEqual(expect.arrayContaining(['dist', 'LICENSE', 'README.md']))
    expect(read('LICENSE')).toContain('Version 2.0, January 2004')
  })

  test('the changelog has a section for the version', () => {
    expect(read('CHANGELOG.md')).toMatch(new RegExp(`^## \\[${manifest.version}\\]`, 'm'))
  })
})

describe('package-lock.json', () => {
  test('agrees with package.json', () => {
    const { name, version, dependencies: runtime, devDependencies, engines } = manifest
    expect(lock.packages['']).toMatchObject({
      name,
      version,
      dependencies: runtime,
      devDependencies,
      engines,
    })
  })

  test('holds no address of a registry, so that it works with any of them', () => {
    const addressed = Object.entries(lock.packages).filter(
      ([, entry]) => entry.resolved !== undefined,
    )
    expect(addressed.map(([name]) => name)).toEqual([])
    expect(read('package-lock.json')).not.toMatch(/https?:\/\/registry\./)
  })

  test('holds a digest of every package, except of those for platforms that nobody installed it on', () => {
    const bare = Object.entries(lock.packages).filter(
      ([name, entry]) => name !== '' && !entry.integrity && !NEVER_FETCHED.test(name),
    )
    expect(bare.map(([name]) => name)).toEqual([])
  })

  test('names the packages of every platform, without which npm ci refuses to start', () => {
    const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .map(name => `node_modules/${name}`)
        .filter(name => lock.packages[name] === undefined)
        .filter(name => lock.packages[`${path}/${name}`] === undefined),
    )
    expect(missing).toEqual([])
  })
})

test('every package that is imported is declared, for production or for development', () => {
  const declared = { ...manifest.dependencies, ...manifest.devDependencies }
  const imported = files('.', /^(src|test|bench|scripts)\/.*\.ts$/).flatMap(path =>
    // The tests of the rules hold import statements as examples.
    path.startsWith('test/repo/')
      ? []
      : [...read(path).matchAll(/^(?:import|export)\b[^']*?\bfrom '([^.'][^']*)'/gm)].map(
          match => match[1] ?? '',
        ),
  )
  const packages = imported
    .filter(specifier => !specifier.startsWith('node:'))
    .map(specifier =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    )
  expect([...new Set(packages)].filter(name => declared[name] === undefined)).toEqual([])
})
