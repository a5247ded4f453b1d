import type { Loaded, Source } from './source.ts'
import { type Contents, contentsOf, type WatchedFiles, watchFiles } from './watched-files.ts'

/** A source whose answer depends on files alone, the ones that its last answer named. */
export function createWatchedSource(name: string, readAll: () => Loaded): Source {
  let contents: Contents = new Map()
  let watched: WatchedFiles | undefined
  return {
    name,
    read() {
      const loaded = readAll()
      contents = contentsOf(loaded.files)
      watched?.follow(contents)
      return loaded
    },
    async watch(changed) {
      watched = await watchFiles(contents, changed)
      return async () => {
        await watched?.close()
        watched = undefined
      }
    },
  }
}
