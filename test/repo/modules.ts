import { posix } from 'node:path'
import { files, read } from './tree.ts'

/** One source file, and what it imports. */
export type Module = {
  /** From `src/`, such as `auth/verify.ts`. */
  readonly path: string
  /** First folder below `src/`; empty for the files of the root. */
  readonly folder: string
  readonly text: string
  /** The text without comments, line for line. */
  readonly code: string
  readonly imports: readonly Import[]
}

export type Import = {
  /** As written. */
  readonly specifier: string
  /** Path from `src/` of one of our own files; undefined for a package or a part of node. */
  readonly target: string | undefined
  /** `import type` and `export type … from`: gone after compilation. */
  readonly typeOnly: boolean
  /** Imported names; `default` and `*` for those forms; empty for a bare import. */
  readonly names: readonly string[]
}

/** Every module of the program. */
export function modules(): Module[] {
  return files('src', /\.ts$/).map(file => parseModule(file.slice('src/'.length), read(file)))
}

/**
 * Reads import and export statements. Relies on the formatter: single quotes, a statement starts its
 * own line, comments do too or follow a blank.
 */
export function parseModule(path: string, text: string): Module {
  const code = withoutComments(text)
  const folder = path.includes('/') ? path.slice(0, path.indexOf('/')) : ''
  return { path, folder, text, code, imports: parseImports(path, code) }
}

const statement =
  /^(?:import|export)\s+(?<type>type\s+)?(?<clause>[\w$*\s,{}]*?)\s*\bfrom\s+'(?<from>[^']+)'|^import\s+'(?<bare>[^']+)'|\bimport\(\s*'(?<dynamic>[^']+)'|(?<=await |=> |= |return )import\(\s*(?<computed>[^')][^)]*)/gm

function parseImports(path: string, code: string): Import[] {
  return [...code.matchAll(statement)].map(({ groups = {} }) => {
    const { type, clause, from, bare, dynamic, computed } = groups
    if (computed !== undefined) throw new Error(`${path}: import(${computed}) cannot be checked`)
    const specifier = from ?? bare ?? dynamic ?? ''
    return {
      specifier,
      target: specifier.startsWith('.')
        ? posix.normalize(posix.join(posix.dirname(path), specifier))
        : undefined,
      typeOnly: type !== undefined,
      names: dynamic === undefined ? importedNames(clause ?? '') : ['*'],
    }
  })
}

function importedNames(clause: string): string[] {
  const braces = /\{([^}]*)\}/.exec(clause)
  const named = (braces?.[1] ?? '')
    .split(',')
    .map(part => part.replace(/\bas\b.*/s, '').replace(/^\s*type\s/, ''))
  const others = clause
    .replace(/\{[^}]*\}/, '')
    .split(',')
    .map(part => (part.includes('*') ? '*' : part.trim() && 'default'))
  return [...named, ...others].map(name => name.trim()).filter(name => name !== '')
}

function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, '')
  return text.replace(/^[ \t]*\/\*[\s\S]*?\*\//gm, blank).replace(/(?<=^|\s)\/\/.*$/gm, blank)
}
