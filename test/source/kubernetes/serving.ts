import { parseAllDocuments } from 'yaml'
import { compile } from '../../../src/config/compile.ts'
import { profiles } from '../../../src/providers/index.ts'
import type { KubernetesObject } from '../../../src/source/kubernetes/object.ts'
import { createRuleTranslator } from '../../../src/source/kubernetes/rules.ts'
import { translate } from '../../../src/source/kubernetes/translate.ts'
import { type RecordingServer, startRecordingServer } from '../../fixtures/recording-server.ts'
import { startTestGateway, type TestGateway } from '../../support/gateway.ts'
import { fixedCluster } from './fixed-cluster.ts'

/** A gateway that serves the objects of a cluster, and the Services `one`, `two` and `three` of the namespace shop. */
export type Serving = AsyncDisposable & {
  readonly gateway: TestGateway
  readonly services: Readonly<Record<string, RecordingServer>>
}

/** Every Service answers GET and the like with its name and what it heard. */
export type Heard = {
  readonly service: string
  readonly path: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
}

const NAMES = ['one', 'two', 'three']
const SERVICES = NAMES.map(
  name => `
apiVersion: v1
kind: Service
metadata: {name: ${name}, namespace: shop}
spec: {ports: [{port: 80}]}
`,
)

/** @param yaml Gateways have port 0, which stands for any free one */
export async function serve(yaml: string): Promise<Serving> {
  const started = await Promise.all(
    NAMES.map(async service => {
      const server = await startRecordingServer(({ path, headers }, response) => {
        const heard = { service, path, host: headers.host, headers }
        response.writeHead(200, { 'content-type': 'application/json', 'x-own': 'yes' })
        response.end(JSON.stringify(heard))
      })
      return [service, server] as const
    }),
  )
  const services = Object.fromEntries(started)
  const objects = parseAllDocuments([...SERVICES, yaml].join('\n---\n'))
    .map(document => document.toJS() as KubernetesObject | null)
    .filter(object => object !== null)
  const context = {
    profiles,
    read: () => {
      throw new Error('no file may be read')
    },
    mayBeEmpty: true,
  }
  const { resources } = translate(fixedCluster(objects), {
    gatewayClasses: ['portcullis'],
    protectedResource: {},
    translateRule: createRuleTranslator(),
    diagnose: given => compile(given, context).diagnostics,
  })
  const gateway = await startTestGateway('', {
    source: {
      name: 'objects',
      read: () => ({ resources, diagnostics: [], files: [] }),
      watch: () => Promise.resolve(() => Promise.resolve()),
    },
    resolve(hostname) {
      const [, name = ''] = /^([a-z]+)\.shop\.svc\.cluster\.local$/.exec(hostname) ?? []
      const server = services[name]
      if (server === undefined) return undefined
      const { port } = new URL(server.url)
      return [{ name, host: '127.0.0.1', port: Number(port), draining: false }]
    },
  })
  return {
    gateway,
    services,
    async [Symbol.asyncDispose]() {
      await gateway.stop()
      for (const [, server] of started) await server.close()
    },
  }
}
