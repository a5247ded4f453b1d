import { expect, test } from 'vitest'
import { firstRoute, mcpOf, problems, snapshotOf } from './read.ts'

const yaml = (target: string, backend = ''): string => `
mcp:
  ${backend}
  targets: [{name: a, stdio: {cmd: a}${target}}]
`
const toolsOf = (target: string): unknown =>
  mcpOf(firstRoute(snapshotOf(yaml(target)))).targets[0]?.tools

test.each([
  ['', undefined],
  [
    ', include: [x, {regex: "get_.*"}]',
    {
      include: [
        { kind: 'name', value: 'x' },
        { kind: 'regex', value: 'get_.*' },
      ],
      exclude: [],
    },
  ],
  [', exclude: [y]', { include: undefined, exclude: [{ kind: 'name', value: 'y' }] }],
  [', include: []', { include: [], exclude: [] }],
])('tools of a target: %s', (target, wanted) => {
  expect(toolsOf(target)).toEqual(wanted)
})

test.each(['(?=x)', '(', '\\1'])(
  'a pattern that cannot be matched in linear time is refused: %s',
  regex => {
    expect(problems(yaml(`, exclude: [{regex: ${JSON.stringify(regex)}}]`)).join()).toContain(
      'exclude[0]',
    )
  },
)

test.each([
  ['', 'separate'],
  ['anonymousSessions: shared', 'shared'],
])('%j means that anonymous sessions are %s', (backend, wanted) => {
  expect(mcpOf(firstRoute(snapshotOf(yaml('', backend)))).anonymousSessions).toBe(wanted)
})
