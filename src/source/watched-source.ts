import type { Loaded, Source } from './source.ts'
import { type WatchedFiles, watchFiles } from './watched-files.ts'

/** A source whose answer depends on files alone, the ones that its last answer named. */
export function createWatchedSource(name: string, readAll: () => Loaded): Source {
  let files: readonly string[] = []
  let watched: WatchedFiles | undefined
  return {
    name,
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
