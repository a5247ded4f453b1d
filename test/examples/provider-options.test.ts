import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { profiles } from '../../src/providers/index.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { post } from '../support/http.ts'
import { freePort, readExample, type Surroundings, startSurroundings } from './surroundings.ts'

const folder = new URL('../../examples/', import.meta.url).pathname

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.yaml'),
)

const optionExamples = files.filter(name => name.startsWith('provider-options/'))

/** `NAME.OPTION` for every option of a provider that stands somewhere in a document. */
function optionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const named = key === 'provider' && typeof inner === 'object' && inner !== null
    const own = named
      ? Object.entries(inner as object).flatMap(([name, options]) =>
          Object.keys((options ?? {}) as object).map(option => `${name}.${option}`),
        )
      : []
    return [...own, ...optionsIn(inner)]
  })
}

describe('options of providers', () => {
  const shown = new Set(
    files.flatMap(name => optionsIn(parse(readFileSync(join(folder, name), 'utf8')))),
  )
  // `custom` is a whole profile: its reference is docs/providers.md.
  const all = Object.values(profiles)
    .filter(({ name }) => name !== 'custom')
    .flatMap(({ name, options }) => Object.keys(options).map(option => `${name}.${option}`))

  test.each(all)('%s stands in an example [CFG-14]', option => {
    expect(shown).toContain(option)
  })
})

describe('each of these examples', () => {
  let around: Surroundings
  beforeAll(async () => {
    around = await startSurroundings()
  })
  afterAll(() => around.close())

  test.each(optionExamples)('%s is started, and asks for a login [CFG-14]', async name => {
    const port = await freePort()
    const text = readExample(name)
    const { provider, server } = around
    const issuers = [...text.matchAll(/issuer: (\S+)/g)].map(([, issuer = '']) => issuer)
    const program = around.run(name, {
      ...(text.includes('port: 3000')
        ? { 'port: 3000': `port: ${port}` }
        : {
            'mcp:\n  policies': `mcp:\n  port: ${port}\n  policies`,
            'localhost:3000': `localhost:${port}`,
          }),
      ...Object.fromEntries(
        issuers.map((issuer, at) => [`issuer: ${issuer}`, `issuer: ${provider.issuer}/${at}`]),
      ),
      'http://localhost:8080/mcp': server.url,
    })
    await program.printed(/metadata/i)
    const paths = [...text.matchAll(/exact: (\S+)/g)].map(([, path = '']) => path)
    for (const path of paths.length > 0 ? paths : ['/mcp']) {
      const { status, headers } = await post(
        `http://localhost:${port}${path}`,
        jsonRpc('tools/list', '1'),
      )
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toContain('resource_metadata="')
    }
    program.process.kill('SIGTERM')
    expect((await program.ended).code).toBe(0)
  })
})
