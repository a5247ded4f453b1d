import fc from 'fast-check'
import { expect, test } from 'vitest'
import { stringify } from 'yaml'
import { read } from './read.ts'

const words = fc.constantFrom(
  ...'binds gateways routes mcp backends config listeners port name tls cert policies cors matches path exact regex targets host stdio cmd env'.split(
    ' ',
  ),
  ...'mcpAuthentication issuer audiences jwks provider keycloak resourceMetadata resource scopesSupported backendAuth key file default llm'.split(
    ' ',
  ),
  '__proto__',
  'constructor',
)
const leaves = fc.oneof(
  words,
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constantFrom(null, 'http://localhost:1/mcp', '/mcp', '*', '$HOME', `\${X:-1}`, '10s', {}, []),
)
const { tree } = fc.letrec<{ tree: unknown }>(tie => ({
  tree: fc.oneof(
    { maxDepth: 9, withCrossShrink: true },
    leaves,
    fc.array(tie('tree'), { maxLength: 3 }),
    fc.dictionary(words, tie('tree'), { maxKeys: 4 }),
  ),
}))
const marks = fc.constantFrom(...'{}[]:,-#&*!|>\'"%@` \n\t'.split(''), '---', '<<', '&a', '*a')

test('reading never throws, and says something about what it refuses', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.dictionary(words, tree, { maxKeys: 4 }).map(value => stringify(value)),
        fc.array(fc.oneof(words, marks, fc.string()), { maxLength: 30 }).map(all => all.join(' ')),
        fc.string({ unit: 'binary' }),
      ),
      text => {
        const { snapshot, diagnostics } = read(text)
        const errors = diagnostics.filter(({ severity }) => severity === 'error')
        expect(snapshot === undefined).toBe(errors.length > 0)
        for (const { origin, message } of diagnostics) {
          expect(message).not.toBe('')
          expect(origin.line).toBeGreaterThan(0)
          expect(origin.column).toBeGreaterThan(0)
        }
      },
    ),
    { numRuns: 400 },
  )
}, 120_000)

test('a document of many levels or many aliases ends', () => {
  expect(read('['.repeat(50_000)).snapshot).toBeUndefined()
  const bomb = ['a0: &a0 [x, x]']
  for (let level = 1; level < 40; level++) {
    bomb.push(`a${level}: &a${level} [*a${level - 1}, *a${level - 1}]`)
  }
  expect(read(bomb.join('\n')).diagnostics[0]?.message).toBe(
    'the document is nested too deeply to be read',
  )
})
