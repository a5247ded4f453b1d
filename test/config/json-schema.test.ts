import { expect, test } from 'vitest'
import { configurationSchema } from '../../src/config/json-schema.ts'

type Node = Readonly<Record<string, unknown>>

/** Every object of the schema with a list of members, by where it stands. */
function objects(node: unknown, at = '#'): [string, Node][] {
  if (typeof node !== 'object' || node === null) return []
  const own: [string, Node][] = 'properties' in node ? [[at, node as Node]] : []
  return [...own, ...Object.entries(node).flatMap(([key, value]) => objects(value, `${at}/${key}`))]
}

const schema = configurationSchema()
const all = objects(schema)

test('names the members of a file', () => {
  const { properties, $schema } = schema as Node
  expect($schema).toBe('https://json-schema.org/draft/2020-12/schema')
  expect(Object.keys(properties as Node)).toEqual([
    'config',
    'binds',
    'gateways',
    'routes',
    'mcp',
    'backends',
  ])
  expect(all.length).toBeGreaterThan(30)
})

test('every member has a description, and no other members may stand there', () => {
  const bare = all.flatMap(([at, { properties, additionalProperties }]) => [
    ...(additionalProperties === false ? [] : [`${at} is open`]),
    ...Object.entries(properties as Node)
      .filter(([, member]) => typeof (member as Node).description !== 'string')
      .map(([name]) => `${at}/${name}`),
  ])
  expect(bare).toEqual([])
})
