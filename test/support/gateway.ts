import { load } from '../../src/config/load.ts'
import { type Gateway, type GatewayOptions, startGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/observe/log.ts'
import type { Source } from '../../src/source/source.ts'

export type TestGateway = Gateway &
  AsyncDisposable & {
    /** URL of the first route, as clients know it. */
    readonly url: string
    readonly origin: string
    /** What was logged, line by line. */
    readonly log: string[]
    /** The first line of the log that matches, parsed; waits until there is one. */
    logged(line: RegExp): Promise<Record<string, unknown>>
    /** Replaces the configuration; settles when it is in use or refused. */
    reconfigure(yaml: string): Promise<void>
  }

type Waiting = { readonly line: RegExp; readonly found: (line: string) => void }

/**
 * A gateway in this process, on the ports that the YAML names (0 is fine), its admin listener off
 * unless the YAML has a `config` of its own.
 */
export async function startTestGateway(
  yaml: string,
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  let text = yaml
  let changed = (): void => undefined
  const lines: string[] = []
  const waiting = new Set<Waiting>()
  const next = (line: RegExp): Promise<string> => new Promise(found => waiting.add({ line, found }))
  const log = createLog({
    level: 'debug',
    format: 'json',
    destination: {
      write(line) {
        lines.push(line)
        for (const entry of waiting) {
          if (!entry.line.test(line)) continue
          waiting.delete(entry)
          entry.found(line)
        }
      },
    },
  })
  const source: Source = {
    name: 'test.yaml',
    read: () => ({ ...load(withoutAdmin(text), 'test.yaml', { environment: {} }), files: [] }),
    watch(callback) {
      changed = callback
      return Promise.resolve(() => Promise.resolve())
    },
  }
  const gateway = await startGateway({
    source,
    log,
    stateFolder: undefined,
    environment: process.env,
    dangerouslyAllowPrivateDocuments: true,
    ...options,
  })
  const url = gateway.served()[0]?.url ?? ''
  return {
    ...gateway,
    url,
    origin: new URL(url).origin,
    log: lines,
    async logged(line) {
      return JSON.parse(lines.find(written => line.test(written)) ?? (await next(line)))
    },
    async reconfigure(replacement) {
      text = replacement
      const done = next(/"msg":"(configuration reloaded|the changed configuration)/)
      changed()
      await done
    },
    [Symbol.asyncDispose]: () => gateway.stop(),
  }
}

function withoutAdmin(yaml: string): string {
  return /^config:/m.test(yaml)
    ? yaml
    : `config: {adminAddr: "off", connectionTerminationDeadline: 1s, logging: {level: debug, format: json}}\n${yaml}`
}
