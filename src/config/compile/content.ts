import type { Spot } from '../resource.ts'
import type { FileReference, SecretSource } from '../schema/content.ts'
import { Secret } from '../secret.ts'
import type { Compilation } from './context.ts'

type Reading = Pick<Compilation, 'read' | 'report'>

/** The text of a file that the configuration names; undefined, and an error, when it cannot be read. */
export function readFile(
  { path }: FileReference,
  spot: Spot,
  { read, report }: Reading,
): string | undefined {
  try {
    return read(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    report.error(spot, `cannot read the file ${path}${REASONS[code] ?? ''}`, HINT)
    return undefined
  }
}

const HINT = 'Relative paths start at the folder of the configuration file'
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: ': it does not exist',
  EACCES: ': permission denied',
  EISDIR: ': it is a folder',
}

/** The text itself, white space and all; undefined, and an error, when its file is unreadable. */
export function readText(source: SecretSource, spot: Spot, reading: Reading): string | undefined {
  return source.kind === 'inline' ? source.secret.reveal() : readFile(source, spot, reading)
}

/** The secret itself; undefined, and an error, when its file is unreadable or empty. */
export function readSecret(source: SecretSource, spot: Spot, reading: Reading): Secret | undefined {
  if (source.kind === 'inline') return source.secret
  const text = readFile(source, spot, reading)?.trim()
  if (text !== '') return text === undefined ? undefined : new Secret(text)
  reading.report.error(spot, `the file ${source.path} is empty, expected a secret`)
  return undefined
}
