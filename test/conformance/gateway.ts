import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { openSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Identity } from '../fixtures/identity.ts'

/** How a gateway is set up for the suite. */
export interface GatewayOptions {
  /** Path of the built program. */
  program: string
  /** The MCP endpoint that it protects. */
  target: string
  identity: Identity
  /** What tokens must be for: the URL that the suite uses. */
  resource: string
  port: number
  prefixMode: string | undefined
  /** Where its configuration and its log go. */
  folder: string
}

/** A gateway in a process of its own. */
export interface GatewayProcess {
  close(): Promise<void>
}

/** A TCP port of 127.0.0.1 that nothing listens on at this moment. */
export function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const server = createServer().on('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => found(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

// JSON is YAML, so nothing here has to be quoted with care.
const configuration = ({ target, identity, resource, port, prefixMode }: GatewayOptions) => ({
  // Nothing outside its folder: no second port, no key in the state folder of the user.
  config: { adminAddr: 'off', session: { key: randomBytes(32).toString('hex') } },
  binds: [
    {
      port,
      address: '127.0.0.1',
      listeners: [
        {
          routes: [
            {
              name: 'everything',
              matches: [{ path: { exact: '/mcp' } }],
              policies: {
                mcpAuthentication: {
                  issuer: identity.issuer,
                  audiences: [resource],
                  jwks: { file: identity.keySet },
                  resourceMetadata: { resource },
                },
              },
              backends: [
                {
                  mcp: {
                    ...(prefixMode && { prefixMode }),
                    targets: [{ name: 'everything', mcp: { host: target } }],
                  },
                },
              ],
            },
          ],
        },
      ],
    },
  ],
})

/** Starts the gateway in front of the fixture. */
export async function startGateway(options: GatewayOptions): Promise<GatewayProcess> {
  return startProgram(options, configuration(options))
}

/**
 * Starts the built program and waits until it answers without a token as it should: 401.
 * Fails with the end of its log when it ends or does not answer within ten seconds.
 *
 * @param content of the configuration file
 */
export async function startProgram(
  { program, port, folder }: Pick<GatewayOptions, 'program' | 'port' | 'folder'>,
  content: object,
): Promise<GatewayProcess> {
  const file = join(folder, 'portcullis.yaml')
  const log = join(folder, 'gateway.log')
  await writeFile(file, JSON.stringify(content, undefined, 2))
  const output = openSync(log, 'w')
  const child = spawn('node', [program, '-f', file], { stdio: ['ignore', output, output] })
  const ended = new Promise<void>(resolve => child.on('exit', () => resolve()))
  const close = () => {
    child.kill()
    return ended
  }
  for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt++) {
    const answer = await fetch(`http://127.0.0.1:${port}/mcp`).catch(() => undefined)
    if (answer?.status === 401) return { close }
    await delay(100)
  }
  await close()
  throw new Error(
    `The gateway does not answer with 401:\n${readFileSync(log, 'utf8').slice(-4000)}`,
  )
}
