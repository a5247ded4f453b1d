import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Environment } from '../config/environment.ts'
import { filesOf } from '../config/files.ts'
import { load } from '../config/load.ts'
import type { Source } from './source.ts'
import { createWatchedSource } from './watched-source.ts'

/**
 * A configuration file. It is watched, and so is every file that it names.
 *
 * @param file path as the operator wrote it; paths inside start at its folder
 */
export function createFileSource(file: string, environment: Environment): Source {
  const path = resolve(file)
  // A text with errors says nothing about files; what it named before may still be mended.
  let files: readonly string[] = [path]
  return createWatchedSource(file, () => {
    let text: string
    try {
      text = readFileSync(path, 'utf8')
    } catch (error) {
      return { resources: [], diagnostics: [unreadable(file, error)], files }
    }
    const loaded = load(text, file, { environment, folder: dirname(path) })
    if (loaded.resources.length > 0) files = [path, ...filesOf(loaded.resources)]
    return { ...loaded, files }
  })
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
}

function unreadable(file: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
  return {
    severity: 'error',
    origin: { source: file },
    path: '',
    message: `cannot read the file: ${REASONS[code] ?? code}`,
    hint: 'Name another one with -f FILE',
  }
}
