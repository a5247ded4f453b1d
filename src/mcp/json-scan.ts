/**
 * Finds its way through valid JSON text without parsing it. Nothing here recurses, so depth costs no
 * stack, and nothing checks: the caller has parsed the text.
 */

/** Start and end (exclusive) of one value in a JSON text. */
export type Span = readonly [start: number, end: number]

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/** The value that begins at or after a position. */
export function valueAt(text: string, from: number): Span {
  const start = skipSpace(text, from)
  return [start, skipValue(text, start)]
}

/** Where the value of a whole text begins. */
export function valueStart(text: string): number {
  return skipSpace(text, 0)
}

/**
 * Visits each member of the object at `start`, in the order of the text, with start and end of its
 * value; nothing if it is none.
 */
export function eachMember(
  text: string,
  start: number,
  visit: (name: string, from: number, to: number) => void,
): void {
  if (text.charCodeAt(start) !== OPEN_BRACE) return
  let at = skipSpace(text, start + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = skipString(text, at)
    const raw = text.slice(at + 1, nameEnd - 1)
    at = skipSpace(text, nameEnd)
    if (text.charCodeAt(at) !== COLON) return
    const from = skipSpace(text, at + 1)
    const to = skipValue(text, from)
    visit(raw.includes('\\') ? (JSON.parse(`"${raw}"`) as string) : raw, from, to)
    at = skipSpace(text, to)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
}

/** Visits each element of the array at `start`, with start and end; nothing if it is none. */
export function eachElement(
  text: string,
  start: number,
  visit: (index: number, from: number, to: number) => void,
): void {
  if (text.charCodeAt(start) !== OPEN_BRACKET) return
  let at = skipSpace(text, start + 1)
  for (let index = 0; at < text.length && text.charCodeAt(at) !== CLOSE_BRACKET; index++) {
    const to = skipValue(text, at)
    visit(index, at, to)
    at = skipSpace(text, to)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
}

function skipValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (first === QUOTE) return skipString(text, start)
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(text, start)
  let at = start
  while (at < text.length && !endsScalar(text.charCodeAt(at))) at++
  return at
}

/** Counts brackets instead of recursing, so that depth costs no stack. */
function skipNested(text: string, start: number): number {
  let depth = 0
  let at = start
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = skipString(text, at)
      continue
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--
    at++
    if (depth === 0) return at
  }
  return at
}

function skipString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1)
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1)
  return at === -1 ? text.length : at + 1
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0
  for (let at = quote - 1; text.charCodeAt(at) === BACKSLASH; at--) backslashes++
  return backslashes % 2 === 1
}

function skipSpace(text: string, start: number): number {
  let at = start
  while (isSpace(text.charCodeAt(at))) at++
  return at
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09
}

function endsScalar(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code)
}
