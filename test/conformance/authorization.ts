import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { startIdentityProvider } from '../../src/dev/identity-provider.ts'
import { logIn } from '../dev/browser.ts'
import { freePort, startProgram } from './gateway.ts'
import { type Run, readChecks, suiteProgram } from './suite.ts'

/** Version of the suite; older ones have no scenarios for authorization servers. */
const VERSION = '0.2.0-alpha.12'
/** The suite registers nothing, so its client is one that an operator has registered by hand. */
const CLIENT = 'conformance'
const SCENARIOS = 2

/** A relay in front of the development identity provider; its issuer is `http://127.0.0.1:{port}/mcp`. */
const configuration = (issuer: string, port: number, redirectUri: string) => ({
  config: { adminAddr: 'off', session: { key: randomBytes(32).toString('hex') } },
  binds: [
    {
      port,
      address: '127.0.0.1',
      listeners: [
        {
          routes: [
            {
              matches: [{ path: { exact: '/mcp' } }],
              policies: {
                mcpAuthentication: {
                  issuer,
                  provider: { oidc: {} },
                  clients: [{ id: CLIENT, redirectUris: [redirectUri] }],
                  resourceMetadata: {
                    resource: `http://127.0.0.1:${port}/mcp`,
                    scopesSupported: ['mcp:tools'],
                  },
                },
              },
              // Nobody calls it: the scenarios end with the token.
              backends: [{ mcp: { targets: [{ name: 'none', mcp: { host: `${issuer}/mcp` } }] } }],
            },
          ],
        },
      ],
    },
  ],
})

/**
 * Runs the scenarios for authorization servers against the relay of the built program. A scripted browser
 * follows the URL that the suite prints, logs in, consents, and calls the suite back.
 */
export async function runAuthorization(
  suites: string,
  program: string,
  folder: string,
): Promise<Run> {
  const began = performance.now()
  const results = join(folder, 'results')
  await mkdir(results, { recursive: true })
  const quiet = () => undefined
  const log = { trace: quiet, debug: quiet, info: quiet, warn: quiet, error: quiet }
  const provider = await startIdentityProvider({ port: 0, log })
  const port = await freePort()
  const callbackPort = await freePort()
  const redirectUri = `http://127.0.0.1:${callbackPort}/callback`
  const gateway = await startProgram(
    { program, port, folder },
    configuration(provider.issuer, port, redirectUri),
  )
  try {
    const issuer = `http://127.0.0.1:${port}/mcp`
    const args = ['--url', issuer, '--client-id', CLIENT, '--resource', issuer]
    const child = spawn(
      process.execPath,
      [
        suiteProgram(suites, VERSION),
        'authorization',
        ...args,
        ...['--port', String(callbackPort), '-o', results],
      ],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    let said = ''
    let browsing: Promise<unknown> | undefined
    const listen = (text: string) => {
      said += text
      const [url] = /\bhttp\S+\/authorize\?\S+(?=\s)/.exec(said) ?? []
      if (url !== undefined)
        browsing ??= browse(url).catch(error => {
          said += `The browser failed: ${error}`
          child.kill()
        })
    }
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', listen)
    const code = await new Promise(ended => child.on('close', ended))
    await browsing
    const checks = (await readChecks(results)).map(check =>
      // What is skipped was not proven.
      check.status === 'SKIPPED' ? { ...check, status: 'FAILURE' as const } : check,
    )
    if (checks.length < SCENARIOS)
      throw new Error(`the suite ran ${checks.length} checks:\n${said.slice(-4000)}`)
    return { checks, content: code === 0, seconds: (performance.now() - began) / 1000 }
  } finally {
    await gateway.close()
    await provider.close()
  }
}

async function browse(url: string): Promise<void> {
  const back = await logIn(url, 'alice')
  await fetch(back)
}
