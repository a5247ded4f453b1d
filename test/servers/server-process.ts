import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A server of somebody else, in a process of its own. */
export type ServerProcess = {
  readonly url: string
  readonly port: number
  /** Ends it with SIGKILL: a server that dies says nothing. */
  kill(): Promise<void>
}

/**
 * Starts a program and waits until it has printed the port that it listens on.
 *
 * @param port the first group is the port
 */
export async function startServer(
  command: string,
  args: readonly string[],
  port: RegExp,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const found = Number(await printed(child, port))
  return {
    url: `http://127.0.0.1:${found}/mcp`,
    port: found,
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

function printed(child: ChildProcess, pattern: RegExp): Promise<string> {
  let text = ''
  return new Promise((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      text += chunk
      const [, group] = pattern.exec(text) ?? []
      if (group !== undefined) resolve(group)
    }
    child.stdout?.on('data', look)
    child.stderr?.on('data', look)
    child.once('exit', code => reject(new Error(`ended with ${code} before it listened:\n${text}`)))
    child.once('error', reject)
  })
}
