/**
 * Edits to JSON text that leave every other byte alone.
 *
 * A gateway that parses and re-serialises loses numbers beyond 2^53, member order, duplicate members
 * and spelling. Where one value has to change, an id or a name, its place in the text is looked up
 * and only that is replaced.
 */

/** Start and end (exclusive) of one value in a JSON text. */
export type Span = readonly [start: number, end: number]

/** What to put where. */
export type Edit = { readonly span: Span; readonly text: string }

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

/**
 * Where the value at a path of object members lies, as `JSON.parse` would see it: of a repeated
 * member the last one counts.
 *
 * @param text valid JSON (not checked: the caller has parsed it)
 * @param path member names, such as `['params', 'name']`
 * @returns undefined when a member is missing or its parent is no object
 */
export function locate(text: string, path: readonly string[]): Span | undefined {
  let span: Span | undefined = [skipSpace(text, 0), text.length]
  for (const name of path) {
    span = locateMember(text, span[0], name)
    if (span === undefined) return undefined
  }
  return [span[0], skipValue(text, span[0])]
}

/** The text with all edits applied; they must not overlap. */
export function splice(text: string, edits: readonly Edit[]): string {
  const ordered = edits.toSorted((a, b) => a.span[0] - b.span[0])
  let result = ''
  let from = 0
  for (const { span, text: replacement } of ordered) {
    result += text.slice(from, span[0]) + replacement
    from = span[1]
  }
  return result + text.slice(from)
}

function locateMember(text: string, start: number, wanted: string): Span | undefined {
  if (text.charCodeAt(start) !== OPEN_BRACE) return undefined
  let found: Span | undefined
  let at = skipSpace(text, start + 1)
  while (text.charCodeAt(at) === QUOTE) {
    const nameEnd = skipString(text, at)
    const name = text.slice(at + 1, nameEnd - 1)
    at = skipSpace(text, nameEnd)
    if (text.charCodeAt(at) !== COLON) return undefined
    at = skipSpace(text, at + 1)
    const end = skipValue(text, at)
    if (name === wanted || (name.includes('\\') && JSON.parse(`"${name}"`) === wanted))
      found = [at, end]
    at = skipSpace(text, end)
    if (text.charCodeAt(at) === COMMA) at = skipSpace(text, at + 1)
  }
  return found
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
