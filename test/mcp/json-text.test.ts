import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edit, locate } from '../../src/mcp/json-text.ts'

function at(text: string, ...path: string[]): string | undefined {
  const span = locate(text, path)
  return span && text.slice(...span)
}

describe('locate', () => {
  test.each([
    ['{"id":12345678901234567890}', ['id'], '12345678901234567890'],
    ['{"id": "a\\"b" , "x":1}', ['id'], '"a\\"b"'],
    ['{"a":{"id":1},"id":2}', ['id'], '2'],
    ['{"id":1,"id":-2.50e3}', ['id'], '-2.50e3'],
    [
      '{"params":{"_meta":{"progressToken":"t"},"name":"n"}}',
      ['params', '_meta', 'progressToken'],
      '"t"',
    ],
    ['{"\\u0069d":7}', ['id'], '7'],
    ['{"s":"}{][,:\\\\","id":[1,{"x":"]"}]}', ['id'], '[1,{"x":"]"}]'],
    ['{"params":[1]}', ['params', 'name'], undefined],
    ['{}', ['id'], undefined],
    ['[{"id":1}]', ['id'], undefined],
  ])('%s at %j', (text, path, wanted) => {
    expect(at(text, ...path)).toBe(wanted)
  })

  test('finds what JSON.parse finds, however it is spelt', () => {
    const spacing = fc.constantFrom('', ' ', '\n', '\t  ')
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.nat(4),
        spacing,
        (object, indent, space) => {
          const text = space + JSON.stringify(object, null, indent) + space
          for (const [name, value] of Object.entries(JSON.parse(text) as object)) {
            expect(JSON.parse(at(text, name) ?? 'null')).toEqual(value)
          }
        },
      ),
    )
  })

  test('a hundred thousand nested arrays cost no stack', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    expect(at(`{"a":${deep},"id":1}`, 'id')).toBe('1')
  })
})

test('edit changes nothing but the values at its paths, in any order', () => {
  const text = '{"id":1,"big":12345678901234567890,"list":[ {"name":"a"}, {"name":"c"}],"id":2}'
  const changes = [
    [['list', 1, 'name'], '"b"'],
    [['id'], '"x"'],
    [['missing', 'member'], '1'],
  ] as const
  expect(edit(text, changes)).toBe(
    '{"id":1,"big":12345678901234567890,"list":[ {"name":"a"}, {"name":"b"}],"id":"x"}',
  )
})
