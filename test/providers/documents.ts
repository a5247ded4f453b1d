import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../conformance/gateway.ts'
import type { Program } from '../fixtures/program.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

/**
 * A gateway with the YAML of an example as it is printed; only hosts and ports are replaced: each
 * `from` of `replaced` by its `to`, the gateway's own port by a free one.
 */
export async function startDocument(
  example: string,
  replaced: readonly (readonly [from: string, to: string])[],
  uv?: Program,
): Promise<TestGateway> {
  const text = readFileSync(join(import.meta.dirname, '../../examples', example), 'utf8')
  const port = String(await freePort())
  const own: readonly (readonly [string, string])[] = [
    ['http://localhost:3000', `http://localhost:${port}`],
    ['port: 3000', `port: ${port}`],
  ]
  const yaml = [...own, ...replaced].reduce((yaml, [from, to]) => {
    if (!yaml.includes(from)) throw new Error(`${example} does not hold ${from}`)
    return yaml.replaceAll(from, to)
  }, text)
  const environment = { ...process.env }
  if (uv !== undefined) environment.PATH = `${commandFolder('uv', uv)}:${process.env.PATH}`
  return startTestGateway(yaml, { environment })
}

/** A folder with one command in it that runs the program, whatever its arguments. */
function commandFolder(name: string, { command, args }: Program): string {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-command-'))
  const words = [command, ...args].map(word => `'${word}'`).join(' ')
  writeFileSync(join(folder, name), `#!/bin/sh\nexec ${words}\n`)
  chmodSync(join(folder, name), 0o755)
  return folder
}
