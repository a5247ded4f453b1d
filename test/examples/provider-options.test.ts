import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { main } from '../../src/cli/main.ts'
import { profiles } from '../../src/providers/index.ts'

const folder = new URL('../../examples/', import.meta.url).pathname

const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(name =>
  name.endsWith('.yaml'),
)

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

test.each(files.filter(name => name.startsWith('provider-options/')))(
  '%s is valid [CFG-14]',
  async name => {
    const complaints: string[] = []
    const code = await main(['validate', '-f', join(folder, name)], {
      environment: {},
      print: () => undefined,
      complain: text => complaints.push(text),
    })
    expect(complaints).toEqual([])
    expect(code).toBe(0)
  },
)
