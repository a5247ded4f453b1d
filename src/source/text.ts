import type { Environment } from '../config/environment.ts'
import { filesOf } from '../config/files.ts'
import { load } from '../config/load.ts'
import type { Source } from './source.ts'
import { createWatchedSource } from './watched-source.ts'

/**
 * A configuration that was given as a text: standard input, or what a command line stands for. The
 * text never changes; the files that it names are watched.
 *
 * @param folder where paths inside start
 */
export function createTextSource(
  text: string,
  name: string,
  folder: string,
  environment: Environment,
): Source {
  const loaded = load(text, name, { environment, folder })
  const files = filesOf(loaded.resources)
  return createWatchedSource(name, () => ({ ...loaded, files }))
}
