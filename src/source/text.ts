import type { Environment } from '../config/environment.ts'
import { filesOf } from '../config/files.ts'
import { load } from '../config/load.ts'
import type { Source } from './source.ts'
import { type WatchedFiles, watchFiles } from './watched-files.ts'

/**
 * A configuration that is given as a text: standard input, or what a command line stands for. It never
 * changes; the files that it names are watched.
 *
 * @param folder where paths inside start
 */
export function createTextSource(
  text: string,
  name: string,
  folder: string,
  environment: Environment,
): Source {
  const { resources, diagnostics } = load(text, name, { environment, folder })
  const files = filesOf(resources)
  let watched: WatchedFiles | undefined
  return {
    name,
    read() {
      watched?.follow(files)
      return { resources, diagnostics, files }
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
