import type { Environment } from '../config/environment.ts'
import type { Source } from './source.ts'
import { createTextSource } from './text.ts'

/** `-f -`: the whole of a stream as a configuration. */
export async function createStandardInputSource(
  input: AsyncIterable<string | Uint8Array>,
  folder: string,
  environment: Environment,
): Promise<Source> {
  const chunks: Uint8Array[] = []
  for await (const chunk of input) {
    chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  }
  return createTextSource(Buffer.concat(chunks).toString('utf8'), '<stdin>', folder, environment)
}
