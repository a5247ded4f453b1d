import { expect, test } from 'vitest'
import { requirements } from '../requirements.ts'
import { files, read } from './tree.ts'

const ids = requirements.map(requirement => requirement.id)
const areas = [...new Set(ids.map(id => id.split('-')[0]))]
const citation = new RegExp(`\\[((?:${areas.join('|')})-\\d+)\\]`, 'g')

/** Which tests cite an id: by their title, or in the comment on top of a golden file. */
const citations = new Map<string, string[]>()
for (const path of files('test', /\.(test\.ts|in\.yaml)$/)) {
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

test('every behaviour is cited by a test', () => {
  const uncited = ids.filter(id => !citations.has(id))
  expect(uncited, 'name the id in the title of the test that shows it').toEqual([])
})

test('no test cites an unknown id', () => {
  const unknown = [...citations].filter(([id]) => !ids.includes(id))
  expect(unknown).toEqual([])
})
