import { describe, expect, test } from 'vitest'
import { parseArguments, parsePort, UsageError } from '../../src/cli/arguments.ts'

const OPTIONS = {
  file: { type: 'string', short: 'f', value: 'FILE', help: '' },
  scope: { type: 'string', multiple: true, value: 'S', help: '' },
  'print-config': { type: 'boolean', help: '' },
} as const

const parse = (...argv: string[]) => parseArguments(OPTIONS, { rest: true }, argv)

describe('what is understood', () => {
  test.each<[string[], object, string[] | undefined]>([
    [[], {}, undefined],
    [['-f', 'a.yaml'], { file: 'a.yaml' }, undefined],
    [['-fa.yaml'], { file: 'a.yaml' }, undefined],
    [['--file=a.yaml'], { file: 'a.yaml' }, undefined],
    [['--file=-x'], { file: '-x' }, undefined],
    [['-f', '-'], { file: '-' }, undefined],
    [['--scope', 'a', '--scope', 'b'], { scope: ['a', 'b'] }, undefined],
    [['--print-config'], { 'print-config': true }, undefined],
    [
      ['--print-config', '--', 'node', '--file', 'x', '--', 'y'],
      { 'print-config': true },
      ['node', '--file', 'x', '--', 'y'],
    ],
    [['--'], {}, []],
  ])('%j', (argv, values, rest) => {
    expect(parse(...argv)).toEqual({ values, rest })
  })
})

describe('what is not', () => {
  test.each<[string[], string]>([
    [['--flie', 'a'], 'There is no option --flie. Did you mean --file?'],
    [['--print_config'], 'There is no option --print_config. Did you mean --print-config?'],
    [['--nothing-like-it'], 'There is no option --nothing-like-it'],
    [['--constructor'], 'There is no option --constructor'],
    [['-x'], 'There is no option -x'],
    [['-f'], '-f needs a value: -f FILE'],
    [['--file='], '--file needs a value: --file FILE'],
    [['--file', '--print-config'], '--file needs a value, got the option "--print-config"'],
    [['--print-config=yes'], '--print-config takes no value, got "yes"'],
    [['-f', 'a', '-f', 'b'], '-f was given twice'],
    [['a.yaml'], '"a.yaml" was not expected'],
  ])('%j', (argv, message) => {
    expect(() => parse(...argv)).toThrow(new UsageError(message))
  })

  test('a second word where one is taken', () => {
    const parseWord = (...argv: string[]) => parseArguments(OPTIONS, { word: true }, argv).word
    expect(parseWord()).toBeUndefined()
    expect(parseWord('http://a', '-f', 'x')).toBe('http://a')
    expect(() => parseWord('http://a', 'http://b')).toThrow('"http://b" was not expected')
  })

  test('something behind -- where nothing can be', () => {
    expect(() => parseArguments(OPTIONS, {}, ['--', 'x'])).toThrow(UsageError)
  })
})

test.each([
  ['0', 0],
  ['3000', 3000],
  ['65535', 65_535],
])('port %s', (text, port) => {
  expect(parsePort('--port', text)).toBe(port)
})

test.each(['', '65536', '-1', '3000x', '0x10', '1e3', ' 1'])('no port: "%s"', text => {
  expect(() => parsePort('--port', text)).toThrow(
    `--port must be a number from 0 to 65535, got "${text}"`,
  )
})
