import { existsSync, readFileSync } from 'node:fs'
import { createFileSource } from '../source/file.ts'
import type { Source } from '../source/source.ts'
import { createTextSource } from '../source/text.ts'
import { StartError } from '../start-error.ts'
import type { Option } from './arguments.ts'

const DEFAULT_FILE = 'portcullis.yaml'
const STANDARD_INPUT = 0

export const FILE_OPTION: Option & { readonly type: 'string' } = {
  type: 'string',
  short: 'f',
  value: 'FILE',
  help: `Configuration file, "-" for standard input; ./${DEFAULT_FILE} unless given`,
}

/**
 * The configuration file that was asked for. Paths in one from standard input start at the working
 * folder.
 *
 * @throws StartError when none was named and there is none where one is looked for
 */
export function fileSource(given: string | undefined, environment: NodeJS.ProcessEnv): Source {
  if (given === '-') {
    const text = readFileSync(STANDARD_INPUT, 'utf8')
    return createTextSource(text, '<stdin>', process.cwd(), environment)
  }
  if (given === undefined && !existsSync(DEFAULT_FILE)) {
    throw new StartError(
      `portcullis: there is no ${DEFAULT_FILE} in this folder. Name a file with -f FILE, try "portcullis demo", which needs none, or see "portcullis --help"`,
    )
  }
  return createFileSource(given ?? DEFAULT_FILE, environment)
}
