import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

/** The folder of the project. */
export const root: string = join(import.meta.dirname, '../..')

const skipped = new Set(['.git', 'node_modules', 'dist', 'coverage'])

/** Files below a folder of the project, as paths from its root with `/`; none if it does not exist. */
export function files(folder = '.', pattern: RegExp = /./): string[] {
  const found = list(join(root, folder)).map(path => relative(root, path).split(sep).join('/'))
  return found.filter(path => pattern.test(path)).sort((a, b) => (a < b ? -1 : 1))
}

export function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

function list(folder: string): string[] {
  let entries: ReturnType<typeof entriesOf>
  try {
    entries = entriesOf(folder)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cause
  }
  return entries.flatMap(entry => {
    if (skipped.has(entry.name)) return []
    const path = join(folder, entry.name)
    return entry.isDirectory() ? list(path) : [path]
  })
}

function entriesOf(folder: string) {
  return readdirSync(folder, { withFileTypes: true })
}
