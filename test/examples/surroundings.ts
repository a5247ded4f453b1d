import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createSigner, type Provider, type Signer, startProvider } from '../auth/provider.ts'
import { createFolder, type Folder, type Program, start } from '../cli/program.ts'
import { program } from '../fixtures/program.ts'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { type Authority, createAuthority } from '../http/authority.ts'

/** What the examples expect to find around them, on ports of its own. */
export type Surroundings = {
  /** In place of Keycloak, Auth0 and every other provider. */
  readonly provider: Provider
  readonly signer: Signer
  /** In place of MCP servers and HTTP services. */
  readonly server: RecordingServer
  readonly authority: Authority
  readonly folder: Folder
  /** Starts the built program with an example, its ports and hosts replaced. */
  run(example: string, replacements: Replacements): Program
  close(): Promise<void>
}

/** Text of the example → what stands there instead. */
export type Replacements = Readonly<Record<string, string>>

export async function startSurroundings(): Promise<Surroundings> {
  const provider = await startProvider()
  const signer = await createSigner('RS256', 'example')
  provider.publish([signer.jwk])
  const server = await startRecordingServer()
  const authority = createAuthority()
  const folder = createFolder()
  // The example starts its server with uv; here uv starts a server of the tests, whatever its arguments.
  const { command, args } = program('stdio-server')
  const uv = join(folder.path, 'bin', 'uv')
  mkdirSync(join(folder.path, 'bin'))
  writeFileSync(uv, `#!/bin/sh\nexec '${command}' '${args.join("' '")}' "$@"\n`)
  chmodSync(uv, 0o755)

  return {
    provider,
    signer,
    server,
    authority,
    folder,
    run(example, replacements) {
      let yaml = readExample(example)
      for (const [text, instead] of Object.entries(replacements)) {
        if (!yaml.includes(text)) throw new Error(`${example} does not say ${text}`)
        yaml = yaml.replaceAll(text, instead)
      }
      const quiet = `config: {adminAddr: "off"}\n${yaml}`
      return start(['-f', folder.file('portcullis.yaml', quiet)], {
        folder,
        environment: { PATH: `${join(folder.path, 'bin')}:${process.env.PATH}` },
      })
    },
    async close() {
      await provider.close()
      await server.close()
      folder.remove()
    },
  }
}

export function readExample(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../examples', name), 'utf8')
}

/** A port that is free at the moment. */
export function freePort(): Promise<number> {
  return new Promise(resolve => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
