import { existsSync } from 'node:fs'
import { StartError } from '../gateway.ts'
import { createFileSource } from '../source/file.ts'
import type { Source } from '../source/source.ts'
import type { Option } from './arguments.ts'

const DEFAULT_FILE = 'portcullis.yaml'

export const FILE_OPTION: Option & { readonly type: 'string' } = {
  type: 'string',
  short: 'f',
  value: 'FILE',
  help: `Configuration file, "-" for standard input; ./${DEFAULT_FILE} unless given`,
}

/**
 * The configuration file that was asked for.
 *
 * @throws StartError when none was named and there is none where one is looked for
 */
export function fileOf(
  given: string | undefined,
  environment: NodeJS.ProcessEnv,
): { readonly name: string; readonly source: Source } {
  const name = given ?? DEFAULT_FILE
  if (given === undefined && !existsSync(name)) {
    throw new StartError(
      `portcullis: there is no ${DEFAULT_FILE} in this folder. Name a file with -f FILE, try "portcullis demo", which needs none, or see "portcullis --help"`,
    )
  }
  return { name, source: createFileSource(name, environment) }
}
