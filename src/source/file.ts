import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Diagnostic } from '../config/diagnostic.ts'
import type { Environment } from '../config/environment.ts'
import { filesOf } from '../config/files.ts'
import { load } from '../config/load.ts'
import type { Loaded, Source } from './source.ts'
import { type WatchedFiles, watchFiles } from './watched-files.ts'

/**
 * A configuration file. It is watched, and so is every file that it names.
 *
 * @param file path as the operator wrote it; paths inside start at its folder
 */
export function createFileSource(file: string, environment: Environment): Source {
  let watched: WatchedFiles | undefined
  let files: readonly string[] = [resolve(file)]

  const readAll = (): Loaded => {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch (error) {
      return { resources: [], diagnostics: [unreadable(file, error)], files: [resolve(file)] }
    }
    const { resources, diagnostics } = load(text, file, {
      environment,
      folder: dirname(resolve(file)),
    })
    // A file with errors names nothing that is known; what it named before may still be of interest.
    const named = resources.length === 0 ? files : [resolve(file), ...filesOf(resources)]
    return { resources, diagnostics, files: named }
  }

  return {
    name: file,
    read() {
      const loaded = readAll()
      files = loaded.files
      watched?.follow(files)
      return loaded
    },
    async watch(changed) {
      watched = await watchFiles(files, changed)
      return async () => {
        await watched?.close()
        watched = undefined
      }
    },
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EISDIR: 'it is a folder',
}

function unreadable(file: string, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return {
    severity: 'error',
    origin: { source: file },
    path: '',
    message: `cannot read the file: ${REASONS[code] ?? (code || 'unknown reason')}`,
    hint: 'Name another with -f FILE',
  }
}
