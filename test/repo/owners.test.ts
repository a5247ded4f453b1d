import { describe, expect, test } from 'vitest'
import { type Import, type Module, modules, parseModule } from './modules.ts'

/**
 * Things that belong to one place, so that a reviewer knows where to look and a defence has one door.
 * Paths are from `src/`; one that ends in `/` is a folder.
 */
type Owner = {
  readonly what: string
  readonly owners: readonly string[]
  readonly why: string
  readonly uses: (module: Module) => boolean
}

const owners: readonly Owner[] = [
  {
    what: 'an HTTP server',
    owners: ['http/server.ts', 'dev/'],
    why: 'limits, TLS, upgrades and draining are decided there',
    uses: imports(/^node:(http|https|http2)$/, ['createServer', 'createSecureServer', 'Server']),
  },
  {
    what: 'the HTTP client of node',
    owners: ['dev/'],
    why: 'outbound HTTP goes through http/upstream, which bounds it',
    uses: imports(/^node:(http|https|http2)$/, ['request', 'get', 'Agent', 'connect']),
  },
  {
    what: 'a bare TCP server',
    owners: ['http/server.ts', 'servers.ts', 'dev/'],
    why: 'ports are opened in one place; servers.ts asks the system for free ones',
    uses: imports(/^node:(net|tls)$/, ['createServer', 'Server']),
  },
  {
    what: 'a bare connection',
    owners: ['http/', 'dev/'],
    why: 'outbound connections go through http/upstream, which refuses private addresses',
    uses: imports(/^node:(net|tls)$/, ['connect', 'createConnection', 'Socket']),
  },
  {
    what: 'an HTTP client (undici)',
    owners: ['http/upstream.ts', 'http/fetch.ts'],
    why: 'one place for pools, deadlines, size limits and the address guard',
    uses: imports(/^undici$/, ['Agent', 'Client', 'Pool', 'fetch', 'request', 'stream']),
  },
  {
    what: 'a type of undici',
    owners: ['http/'],
    why: 'what is not HTTP does not know which client is used',
    uses: imports(/^undici$/),
  },
  {
    what: 'the global fetch',
    owners: [],
    why: 'it has no size limit and no address guard; take a `Fetch` (providers/fetch.ts) as an argument',
    uses: usesGlobalFetch,
  },
  {
    what: 'jose',
    owners: ['auth/', 'authserver/', 'dev/'],
    why: 'tokens are checked and made nowhere else',
    uses: imports(/^jose$/),
  },
  {
    what: 'CEL',
    owners: ['cel/'],
    why: 'expressions are checked and evaluated in one place',
    uses: imports(/^@marcbachmann\/cel-js$/),
  },
  {
    what: 'ioredis',
    owners: ['store/'],
    why: 'parts say what they share, not where; and most gateways have no store',
    uses: imports(/^ioredis$/),
  },
  { what: 'oidc-provider', owners: ['dev/'], why: 'a toy', uses: imports(/^oidc-provider$/) },
  {
    what: 'chokidar',
    owners: ['source/'],
    why: 'only sources watch files',
    uses: imports(/^chokidar$/),
  },
  {
    what: 'the Kubernetes client',
    owners: ['source/kubernetes/credentials.ts'],
    why: 'its watches hang on faults of a server; it is for credentials',
    uses: imports(/^@kubernetes\//),
  },
  { what: 'pino', owners: ['observe/'], why: 'logging is redacted there', uses: imports(/^pino$/) },
  {
    what: 'the YAML parser',
    owners: ['config/', 'source/flags.ts'],
    why: 'positions and limits are kept there',
    uses: imports(/^yaml$/),
  },
  {
    what: 'the schema library',
    owners: ['config/'],
    why: 'no schema is interpreted on the data path',
    uses: imports(/^zod(\/.*)?$/),
  },
  {
    what: 'the MCP SDK',
    owners: [],
    why: 'the gateway relays bytes; the SDKs are for tests',
    uses: imports(/^@modelcontextprotocol\//),
  },
  {
    what: 'child processes',
    owners: ['mcp/transports/', 'dev/'],
    why: 'whoever starts one has to end it',
    uses: imports(/^node:child_process$/),
  },
  {
    what: 'the environment or the arguments of the process',
    owners: ['cli/'],
    why: 'everything else gets its settings as values',
    uses: module =>
      /\bprocess\s*\.\s*(env|argv)\b/.test(module.code) || names(module, 'node:process'),
  },
  {
    what: 'the console',
    owners: ['cli/'],
    why: 'the log is structured, redacted and never blocks',
    uses: module => /\bconsole\s*\./.test(module.code),
  },
  {
    what: 'a challenge (WWW-Authenticate)',
    owners: ['auth/challenge.ts'],
    why: 'quoting, length and content are checked once',
    uses: module =>
      /resource_metadata=|error_description="|insufficient_scope"|\bBearer error=/.test(
        module.code,
      ),
  },
]

/** Configuration is compiled from values alone, so that one meaning can be tested without a machine. */
const impure: readonly (readonly [string, (module: Module) => boolean])[] = [
  ['files', imports(/^node:fs/)],
  [
    'network',
    imports(/^node:(net|http|https|http2|tls|dgram|dns)/, [
      'lookup',
      'createServer',
      'request',
      'connect',
    ]),
  ],
  ['timers', module => /\b(setTimeout|setInterval|setImmediate)\(/.test(module.code)],
  ['the clock', module => /\b(Date\.now|performance\.now|new Date\(\))/.test(module.code)],
  ['chance', module => /\b(Math\.random|randomBytes|randomUUID)\b/.test(module.code)],
]

const all = modules()

test.each(owners)('$what is used only in $owners: $why', ({ owners: allowed, uses }) => {
  const strangers = all.filter(uses).map(module => module.path)
  expect(strangers.filter(path => !allowed.some(owner => path.startsWith(owner)))).toEqual([])
})

test.each(impure)('config/ does not know %s', (_what, uses) => {
  const config = all.filter(module => module.folder === 'config')
  expect(config.filter(uses).map(module => module.path)).toEqual([])
})

describe('each rule sees what it forbids', () => {
  test.each([
    ['an HTTP server', "import { createServer } from 'node:http'"],
    ['an HTTP server', "import * as http from 'node:http'"],
    ['the HTTP client of node', "import { request } from 'node:https'"],
    ['a bare TCP server', "import { createServer as probe } from 'node:net'"],
    ['a bare connection', "import { connect } from 'node:tls'"],
    ['an HTTP client (undici)', "import { type Dispatcher, Pool } from 'undici'"],
    ['a type of undici', "import type { Dispatcher } from 'undici'"],
    ['the global fetch', "const answer = await fetch('https://idp.example')"],
    ['the global fetch', "import type { Fetch } from './fetch.ts'\nglobalThis.fetch('https://a')"],
    ['CEL', "import { Environment } from '@marcbachmann/cel-js'"],
    ['ioredis', "import { Redis } from 'ioredis'"],
    ['jose', "import { jwtVerify } from 'jose'"],
    ['the schema library', "import { z } from 'zod/mini'"],
    ['the environment or the arguments of the process', 'const home = process.env.HOME'],
    ['the environment or the arguments of the process', "import { argv } from 'node:process'"],
    ['the console', "console.log('x')"],
    ['a challenge (WWW-Authenticate)', 'const value = `Bearer resource_metadata="`'],
  ])('%s: %s', (what, code) => {
    expect(owners.find(owner => owner.what === what)?.uses(parseModule('x.ts', code))).toBe(true)
  })

  test.each([
    ['an HTTP server', "import type { Server } from 'node:http'"],
    ['an HTTP server', "import { STATUS_CODES } from 'node:http'"],
    ['a bare connection', "import { isIP } from 'node:net'"],
    ['an HTTP client (undici)', "import type { Pool } from 'undici'"],
    ['the global fetch', 'const load = ({ fetch, now }: Parts) => fetch({ url })'],
    ['the global fetch', "import type { Fetch } from './fetch.ts'\nawait fetch({ url })"],
    ['the global fetch', 'await deps.fetch({ url })'],
    ['the console', '// console.log is for the command line'],
  ])('%s lets pass: %s', (what, code) => {
    expect(owners.find(owner => owner.what === what)?.uses(parseModule('x.ts', code))).toBe(false)
  })
})

/** True for modules that import such a package (or these names of it, or all of it) as a value or type. */
function imports(specifier: RegExp, namesOfIt?: readonly string[]): (module: Module) => boolean {
  const wholesale = ['*', 'default']
  const counts = (found: Import): boolean =>
    namesOfIt === undefined ||
    (!found.typeOnly && found.names.some(name => [...namesOfIt, ...wholesale].includes(name)))
  return module => module.imports.some(found => specifier.test(found.specifier) && counts(found))
}

function names(module: Module, specifier: string): boolean {
  return module.imports.some(found => found.specifier === specifier)
}

/** A `fetch(` that is no method is the global one, unless the module gets another under that name. */
function usesGlobalFetch({ code, imports: own }: Module): boolean {
  if (/\bglobalThis\s*\.\s*fetch\b/.test(code)) return true
  const given = own.some(({ specifier }) => specifier.endsWith('/fetch.ts'))
  return !given && !/[{,(]\s*fetch\s*[,}:]/.test(code) && /(?<![.\w])fetch\(/.test(code)
}
