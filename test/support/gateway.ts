import { load } from '../../src/config/load.ts'
import { type Gateway, startGateway } from '../../src/gateway.ts'
import { createLog } from '../../src/observe/log.ts'
import type { Source } from '../../src/source/source.ts'

export type TestGateway = Gateway &
  AsyncDisposable & {
    /** URL of the first route, as clients know it. */
    readonly url: string
    readonly origin: string
    /** What was logged, line by line. */
    readonly log: string[]
    /** Replaces the configuration; settles when it is in use or refused. */
    reconfigure(yaml: string): Promise<void>
  }

/** A gateway in this process, on the ports that the YAML names (0 is fine), its admin listener off. */
export async function startTestGateway(yaml: string): Promise<TestGateway> {
  let text = yaml
  let changed = (): void => undefined
  const lines: string[] = []
  const waiting: (() => void)[] = []
  const log = createLog({
    level: 'debug',
    format: 'json',
    destination: {
      write(line) {
        lines.push(line)
        if (/reloaded|stays in use/.test(line)) for (const resolve of waiting.splice(0)) resolve()
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
  })
  const url = gateway.served()[0]?.url ?? ''
  return {
    ...gateway,
    url,
    origin: new URL(url).origin,
    log: lines,
    async reconfigure(next) {
      text = next
      const done = new Promise<void>(resolve => waiting.push(resolve))
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
