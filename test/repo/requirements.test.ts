import { expect, test } from 'vitest'
import { requirements } from '../requirements.ts'
import { files, read } from './tree.ts'

/** Promises that no test cites yet. This list only gets shorter. */
const pending: readonly string[] = [
  ...'CFG-10 CFG-12'.split(' '),
  ...'RELOAD-1 RELOAD-2 RELOAD-3 RELOAD-4 RELOAD-5 RELOAD-6 RELOAD-7'.split(' '),
  ...'EDGE-1 EDGE-2 EDGE-3 EDGE-4 EDGE-5 EDGE-6 EDGE-7 EDGE-8 EDGE-9 EDGE-10 EDGE-11 EDGE-12 EDGE-13 EDGE-14 EDGE-15 EDGE-16 EDGE-17 EDGE-18'.split(
    ' ',
  ),
  ...'META-1 META-2 META-3 META-4 META-5 META-6 META-7 META-8 META-9 META-10'.split(' '),
  ...'CHAL-1 CHAL-7 CHAL-8'.split(' '),
  ...'TOKEN-15'.split(' '),
  ...'KEYS-1 KEYS-4 KEYS-8'.split(' '),
  ...'MODE-2 MODE-3 MODE-4'.split(' '),
  ...'RELAY-1 RELAY-2 RELAY-3 RELAY-4 RELAY-5 RELAY-6 RELAY-7 RELAY-8 RELAY-9 RELAY-10 RELAY-11 RELAY-12 RELAY-13 RELAY-14 RELAY-15 RELAY-16 RELAY-17 RELAY-18 RELAY-19'.split(
    ' ',
  ),
  ...'CALL-1 CALL-2 CALL-3 CALL-4 CALL-5 CALL-6 CALL-7 CALL-8 CALL-9 CALL-10'.split(' '),
  ...'STDIO-1 STDIO-2 STDIO-3 STDIO-4'.split(' '),
  ...'SESS-1 SESS-2 SESS-3 SESS-4 SESS-5 SESS-6'.split(' '),
  ...'OPS-1 OPS-2 OPS-3 OPS-4 OPS-5 OPS-6'.split(' '),
]

const ids = requirements.map(requirement => requirement.id)
const areas = [...new Set(ids.map(id => id.split('-')[0]))]
const citation = new RegExp(`\\[((?:${areas.join('|')})-\\d+)\\]`, 'g')

/** Which test files cite an id. */
const citations = new Map<string, string[]>()
for (const path of files('test', /\.test\.ts$/)) {
  for (const [, id = ''] of read(path).matchAll(citation)) {
    citations.set(id, [...(citations.get(id) ?? []), path])
  }
}

test('ids are unique, and areas stand together', () => {
  expect(ids).toEqual([...new Set(ids)])
  const changes = requirements.filter(({ id }, i) => id.split('-')[0] !== ids[i - 1]?.split('-')[0])
  expect(changes).toHaveLength(areas.length)
})

test('every behaviour is one sentence without a full stop, with a source', () => {
  const sentence = /^[A-Z`$/].*[^.]$/
  const source =
    /^(RFC \d+ §[\d.]+|MCP \d{4}-\d\d-\d\d [\w ,-]+|SEP-\d+|Fetch, .+|Gateway API \w+|[\w/-]+\.md)$/
  const odd = requirements.filter(row => !sentence.test(row.behaviour) || !source.test(row.source))
  expect(odd).toEqual([])
})

test('sources in this repository exist', () => {
  const pages = requirements.map(row => row.source).filter(source => source.endsWith('.md'))
  expect([...new Set(pages)].filter(page => files('.', /\.md$/).includes(page) === false)).toEqual(
    [],
  )
})

test('every behaviour is cited by a test, or listed as pending', () => {
  const uncited = ids.filter(id => !citations.has(id) && !pending.includes(id))
  expect(uncited, 'name the id in the title of the test that shows it').toEqual([])
})

test('no test cites an unknown id', () => {
  const unknown = [...citations].filter(([id]) => !ids.includes(id))
  expect(unknown).toEqual([])
})

test('pending holds only what is known and not cited yet', () => {
  const stale = pending.filter(id => !ids.includes(id) || citations.has(id))
  expect(stale, 'remove these from `pending`').toEqual([])
})
