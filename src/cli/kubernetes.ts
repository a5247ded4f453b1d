import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { type CompileContext, compile } from '../config/compile.ts'
import { filesOf } from '../config/files.ts'
import type { ProcessResource } from '../config/resource.ts'
import { startGateway } from '../gateway.ts'
import { createStream } from '../http/stream.ts'
import { createUpstreams } from '../http/upstream.ts'
import { profiles } from '../providers/index.ts'
import { createApi } from '../source/kubernetes/api.ts'
import { loadCredentials } from '../source/kubernetes/credentials.ts'
import { protectedResourceOf } from '../source/kubernetes/protected-resource.ts'
import { readSettings } from '../source/kubernetes/settings.ts'
import { createKubernetesSource } from '../source/kubernetes/source.ts'
import { StartError } from '../start-error.ts'
import { parsePort, UsageError } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { manifests } from './manifests.ts'
import { createProcessLog } from './process-log.ts'
import { stopOnSignal } from './signals.ts'

const DEFAULT_CLASS = 'portcullis'
const DEFAULT_ADMIN_PORT = 15_021

const options = {
  'gateway-class': {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: `Serve Gateways of this class; ${DEFAULT_CLASS} unless given`,
  },
  namespace: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    help: 'Read only this namespace; all unless given',
  },
  name: {
    type: 'string',
    value: 'NAME',
    help: 'What the replicas have in common: their Lease, their Secret; portcullis unless given',
  },
  service: {
    type: 'string',
    value: 'NAME',
    help: 'Service in front of the replicas: its ports follow the listeners, Gateways get its addresses',
  },
  address: {
    type: 'string',
    value: 'ADDRESS',
    help: 'Address that ports are opened on; all interfaces unless given',
  },
  'admin-port': {
    type: 'string',
    value: 'N',
    help: `Port for health and metrics; ${DEFAULT_ADMIN_PORT} unless given`,
  },
  settings: {
    type: 'string',
    value: 'FILE',
    help: 'File with `config`: store, logging, trusted proxies and what else holds for the process',
  },
  kubeconfig: {
    type: 'string',
    value: 'FILE',
    help: 'Credentials; where kubectl looks, or those of the pod, unless given',
  },
  'print-manifests': {
    type: 'boolean',
    help: 'Print what an installation consists of, for kubectl apply, and end',
  },
  'install-namespace': {
    type: 'string',
    value: 'NAME',
    help: 'Namespace of these manifests; portcullis unless given',
  },
  help: { type: 'boolean', short: 'h', help: 'Print this' },
} as const

/** Serves the Gateways of a Kubernetes cluster until a signal. */
export const kubernetes: Command = defineCommand({
  name: 'kubernetes',
  summary: 'Serve the Gateways of a Kubernetes cluster until SIGTERM or SIGINT.',
  usage: [
    'kubernetes [--gateway-class NAME]… [--namespace NAME]…',
    'kubernetes --print-manifests [--name NAME] [--install-namespace NAME] [--gateway-class NAME]…',
  ],
  options,
  examples: [
    'kubernetes',
    'kubernetes --gateway-class portcullis --gateway-class agentgateway',
    'kubernetes --print-manifests | kubectl apply --server-side -f -',
  ],
  async run({ values }, terminal) {
    const { address, name = 'portcullis', namespace = [] } = values
    const classes = values['gateway-class'] ?? [DEFAULT_CLASS]
    if (values['print-manifests']) {
      if (namespace.length > 0) {
        throw new UsageError('--print-manifests reads all namespaces; the chart can name some')
      }
      const place = values['install-namespace'] ?? 'portcullis'
      terminal.print(manifests(name, place, classes).trimEnd())
      return 0
    }
    const log = createProcessLog()
    const adminPort =
      values['admin-port'] === undefined
        ? DEFAULT_ADMIN_PORT
        : parsePort('--admin-port', values['admin-port'])
    const credentials = await explained('the cluster', () =>
      loadCredentials({ kubeconfig: values.kubeconfig, environment: terminal.environment }),
    )
    const { settings: file } = values
    const settings =
      file === undefined
        ? []
        : await explained('the settings', () => readSettings(file, terminal.environment))
    const context = contextOf(settings)
    const upstreams = createUpstreams({ tls: credentials.tls })
    const source = await explained('the cluster', () =>
      createKubernetesSource({
        api: createApi(credentials, createStream(upstreams)),
        log,
        gatewayClasses: classes,
        namespaces: namespace,
        protectedResource: protectedResourceOf(terminal.environment),
        name,
        identity: `${terminal.environment.POD_NAME ?? hostname()}-${randomBytes(4).toString('hex')}`,
        address,
        process: { adminAddr: { host: address ?? '0.0.0.0', port: adminPort } },
        settings,
        service: values.service,
        compile: resources => compile(resources, context),
      }),
    )
    const gateway = await startGateway({
      source,
      log,
      stateFolder: undefined,
      environment: terminal.environment,
      resolve: source.addresses,
    })
    log.info({ api: credentials.origin, routes: gateway.served().length }, 'serving the cluster')
    await stopOnSignal(async () => {
      await gateway.stop()
      await source.close()
      await upstreams.close()
    })
    return 0
  },
})

/** Settings may name files. Objects may not, or whoever writes one could read what the gateway can read. */
function contextOf(settings: readonly ProcessResource[]): CompileContext {
  const files = new Set(filesOf(settings))
  return {
    profiles,
    read(path) {
      if (!files.has(path)) throw new Error(`objects name no files, got ${path}`)
      return readFileSync(path, 'utf8')
    },
    mayBeEmpty: true,
  }
}

async function explained<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new StartError(`portcullis: ${what} cannot be used: ${(error as Error).message}`, {
      cause: error,
    })
  }
}
