import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type Document as YamlDocument,
} from 'yaml'
import type { Diagnostic, Origin } from './diagnostic.ts'
import { type Environment, expand } from './environment.ts'
import type { PathSegment, Spot } from './resource.ts'

/** A YAML text as plain data, with the place of every node and what stood there before expansion. */
export type Document = {
  readonly value: unknown
  readonly diagnostics: readonly Diagnostic[]
  /** Where the value at `path` stands, or the nearest thing around it. */
  readonly locate: (path: readonly PathSegment[]) => Spot
  /** Where the key of the member at `path` stands. */
  readonly locateKey: (path: readonly PathSegment[]) => Spot
  /**
   * What was written at `path`: a scalar before variables were put in (so that a message never shows
   * what a variable holds), `a mapping`, `a list`, or undefined.
   */
  readonly written: (path: readonly PathSegment[]) => Written | undefined
}

export type Written = { readonly scalar: unknown } | { readonly collection: 'mapping' | 'list' }

/** Aliases may be used, but not to make a small file a huge document. */
const MOST_NODES = 200_000

type Entry = { readonly key: number; readonly value: number; readonly written: Written }

/** Reads YAML 1.2 (JSON is part of it) and puts `environment` into its strings. Never throws. */
export function readDocument(text: string, source: string, environment: Environment): Document {
  const lines = new LineCounter()
  const entries = new Map<string, Entry>()
  const diagnostics: Diagnostic[] = []
  const origin = (offset: number): Origin => {
    const { line, col } = lines.linePos(offset)
    return { source, line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const spot =
    (side: 'key' | 'value') =>
    (path: readonly PathSegment[]): Spot => {
      for (let length = path.length; length >= 0; length--) {
        const entry = entries.get(JSON.stringify(path.slice(0, length)))
        const exact = length === path.length
        if (entry !== undefined) {
          return { origin: origin(exact ? entry[side] : entry.key), path: pathText(path) }
        }
      }
      return { origin: { source, line: 1, column: 1 }, path: pathText(path) }
    }
  const locate = spot('value')
  const fail = (offset: number, path: readonly PathSegment[], message: string, hint?: string) => {
    const place = { severity: 'error', origin: origin(offset), path: pathText(path) } as const
    diagnostics.push({ ...place, message, ...(hint === undefined ? {} : { hint }) })
  }

  let value: unknown
  try {
    const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false })
    const [first, ...others] = [...yaml.errors, ...yaml.warnings]
    // What comes after a place where reading failed says little about itself.
    const telling = others.filter(({ code }) => code !== 'UNEXPECTED_TOKEN')
    for (const problem of first === undefined ? [] : [first, ...telling]) {
      const { message = problem.message, hint } = SYNTAX[problem.code] ?? {}
      const word = /^[^\s:,{}[\]]{1,64}/.exec(text.slice(problem.pos[0]))?.[0] ?? ''
      fail(
        problem.pos[0],
        [],
        message.replace('{word}', () => word),
        hint,
      )
    }
    if (yaml.errors.length === 0) {
      value = toPlain(yaml, { entries, fail, environment })
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    fail(0, [], 'the document is nested too deeply to be read')
  }
  return {
    value,
    diagnostics,
    locate,
    locateKey: spot('key'),
    written: path => entries.get(JSON.stringify(path))?.written,
  }
}

/** What the YAML library says in other words, and what helps. */
const SYNTAX: Readonly<Record<string, { message?: string; hint?: string }>> = {
  BAD_INDENT: {
    hint: 'Is a { or [ above not closed, or does this line stand too far to the left?',
  },
  MISSING_CHAR: { hint: 'Does this line, or the one above, stand where its neighbours do?' },
  BLOCK_AS_IMPLICIT_KEY: { hint: 'Put a value that has a colon and a blank in it into quotes' },
  MULTILINE_IMPLICIT_KEY: { hint: 'Is there a colon, and a blank after it?' },
  BAD_SCALAR_START: { hint: 'Put the value into quotes' },
  DUPLICATE_KEY: { message: 'the key {word} is already there', hint: 'Remove one of the two' },
  TAB_AS_INDENT: { message: 'a tab is used for indentation', hint: 'Use spaces' },
  MULTIPLE_DOCS: { message: 'more than one document in the file', hint: 'Remove the --- line' },
}

type Walk = {
  readonly entries: Map<string, Entry>
  readonly fail: (offset: number, path: readonly PathSegment[], text: string, hint?: string) => void
  readonly environment: Environment
}

function toPlain(yaml: YamlDocument.Parsed, walk: Walk): unknown {
  let nodes = 0
  const open = new Set<Node>()

  function visit(node: unknown, path: readonly PathSegment[], key: number): unknown {
    if (++nodes > MOST_NODES) throw new RangeError('too many nodes')
    if (isAlias(node)) {
      const resolved = node.resolve(yaml)
      const offset = node.range?.[0] ?? key
      if (resolved !== undefined && !open.has(resolved)) return visit(resolved, path, offset)
      walk.fail(offset, path, `the alias *${node.source} stands for nothing or for itself`)
      return undefined
    }
    if (isMap(node) || isSeq(node)) {
      const value = node.flow === true ? (node.range?.[0] ?? key) : key
      const collection = isMap(node) ? 'mapping' : 'list'
      walk.entries.set(JSON.stringify(path), { key, value, written: { collection } })
      open.add(node)
      const plain = isMap(node)
        ? mapping(node, path)
        : node.items.map((item, index) => visit(item, [...path, index], start(item) ?? key))
      open.delete(node)
      return plain
    }
    const scalar = isScalar(node) ? node.value : null
    const offset = scalar === null ? key : (start(node) ?? key)
    walk.entries.set(JSON.stringify(path), { key, value: offset, written: { scalar } })
    return typeof scalar === 'string' ? expanded(scalar, path, offset) : scalar
  }

  function mapping(node: YAMLMap, path: readonly PathSegment[]): unknown {
    const members: [string, unknown][] = []
    for (const pair of node.items) {
      const offset = start(pair.key) ?? start(node) ?? 0
      if (!isScalar(pair.key) || pair.key.value === '__proto__') {
        walk.fail(offset, path, 'a key has to be a plain word')
        continue
      }
      const key = String(pair.key.value)
      members.push([key, visit(pair.value, [...path, key], offset)])
    }
    return Object.fromEntries(members)
  }

  function expanded(text: string, path: readonly PathSegment[], offset: number): string {
    const { value, missing, malformed } = expand(text, walk.environment)
    for (const name of missing) {
      walk.fail(
        offset,
        path,
        `the environment variable ${name} is not set`,
        `Set it, give a default as in \${${name}:-value}, or write $$ for a dollar sign`,
      )
    }
    if (malformed) {
      walk.fail(
        offset,
        path,
        'a dollar sign and a brace begin a variable, which has no end here',
        `Write \${NAME} or \${NAME:-default}, and $$ for a dollar sign`,
      )
    }
    return value
  }

  return visit(yaml.contents, [], 0)
}

function start(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined
}

/** `binds[0].listeners[0].routes[1].policies.cors` */
export function pathText(path: readonly PathSegment[]): string {
  let text = ''
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`
    else text += text === '' ? segment : `.${segment}`
  }
  return text
}
