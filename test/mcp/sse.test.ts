import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  createEventParser,
  endsEvent,
  frame,
  oneLine,
  type ServerSentEvent,
} from '../../src/mcp/sse.ts'

function parse(...chunks: (string | Buffer)[]): ServerSentEvent[] {
  const events: ServerSentEvent[] = []
  const parser = createEventParser(event => events.push(event), 1_000)
  for (const chunk of chunks) parser.push(Buffer.from(chunk))
  return events
}

const nothing = { id: undefined, event: undefined, retry: undefined }

describe('event parser', () => {
  test.each<[string, string, Partial<ServerSentEvent>[]]>([
    ['one event', 'data: x\n\n', [{ data: 'x' }]],
    ['two lines of data', 'data: a\ndata: b\n\n', [{ data: 'a\nb' }]],
    [
      'all fields',
      'id: 7\nevent: message\nretry: 50\ndata:x\n\n',
      [{ data: 'x', id: '7', event: 'message', retry: 50 }],
    ],
    ['a priming event without data', 'id: 1\ndata:\n\n', [{ data: '', id: '1' }]],
    ['comments', ': hello\n\n:\ndata: x\n\n', [{ data: 'x' }]],
    ['CRLF', 'data: x\r\n\r\n', [{ data: 'x' }]],
    ['lone CR', 'data: x\r\rdata: y\r\r:', [{ data: 'x' }, { data: 'y' }]],
    ['a byte order mark', '\ufeffdata: x\n\n', [{ data: 'x' }]],
    ['an unfinished event', 'data: x\n', []],
    ['a retry that is no number', 'retry: soon\ndata: x\n\n', [{ data: 'x' }]],
  ])('%s', (_name, text, wanted) => {
    expect(parse(text)).toEqual(wanted.map(event => ({ ...nothing, ...event })))
  })

  test('chunks may end anywhere, inside characters and line ends too', () => {
    const text = Buffer.from('id: ü\r\ndata: {"a":"😀"}\r\n\r\n: c\r\n\r\ndata: z\n\n')
    fc.assert(
      fc.property(fc.array(fc.nat(text.length)), cuts => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), text.length]
        const chunks = edges.slice(1).map((end, i) => text.subarray(edges[i], end))
        expect(parse(...chunks)).toEqual(parse(text))
      }),
    )
  })

  test('an event beyond the limit is refused, in one line or many', () => {
    expect(() => parse(`data: ${'x'.repeat(2_000)}`)).toThrow(RangeError)
    expect(() => parse('data: 0123456789\n'.repeat(100))).toThrow(RangeError)
  })
})

test('a framed message is one event again', () => {
  const message = '{"a":\n 1,\r\n"b":"\\n"}'
  expect(parse(frame(oneLine(message)))).toEqual([
    { ...nothing, event: 'message', data: '{"a":  1, "b":"\\n"}' },
  ])
})

test.each([
  ['data: x\n\n', true],
  ['data: x\r\n\r\n', true],
  ['data: x\n', false],
  ['\n', false],
  ['', false],
])('%j ends an event: %s', (text, wanted) => {
  expect(endsEvent(Buffer.from(text))).toBe(wanted)
})
