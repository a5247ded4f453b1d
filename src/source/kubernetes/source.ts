import { isDeepStrictEqual } from 'node:util'
import type { Compiled } from '../../config/compile.ts'
import type { ProcessResource, Resource } from '../../config/resource.ts'
import type { ProcessConfig } from '../../config/schema/process.ts'
import type { Secret } from '../../config/secret.ts'
import type { Log } from '../../observe/log.ts'
import type { Source } from '../source.ts'
import { type Addresses, createAddresses } from './addresses.ts'
import type { Api } from './api.ts'
import { watchCluster } from './cluster.ts'
import type { KindName } from './kinds.ts'
import { holdLease } from './lease.ts'
import { createOwnService } from './own-service.ts'
import type { ProtectedResource } from './protected-resource.ts'
import { createRuleTranslator } from './rules.ts'
import { secretValue } from './secret-value.ts'
import { holdsKeys, SESSION_KEY, sharedSessionKey } from './session-key.ts'
import { createStatusWriter } from './status-writer.ts'
import { translate } from './translate.ts'

export type KubernetesOptions = {
  readonly api: Api
  readonly log: Log
  /** Classes that are served whoever their controller is said to be. */
  readonly gatewayClasses: readonly string[]
  /** Empty: all. */
  readonly namespaces: readonly string[]
  /** See `TranslateOptions`. */
  readonly protectedResource: ProtectedResource
  /** Name of the Lease and of the Secret with the session key, in the namespace of the gateway. */
  readonly name: string
  /** The Service in front of the replicas, if its ports are to follow the listeners. */
  readonly service: string | undefined
  /** Unique among the replicas. */
  readonly identity: string
  /** What the ports of Gateways are opened on; undefined: all interfaces. */
  readonly address: string | undefined
  /** What holds unless `settings` say otherwise. */
  readonly process: ProcessConfig
  readonly settings: readonly ProcessResource[]
  readonly compile: (resources: readonly Resource[]) => Compiled
}

export type KubernetesSource = Source & {
  readonly addresses: Addresses
  /** Stops watching, and gives the lease back. */
  readonly close: () => Promise<void>
}

/** Long enough for the parts of one `kubectl apply`, too short to be noticed. */
const STILL_MS = 30
const LONGEST_WAIT_MS = 250
/** A port that could not be opened is tried again so often. */
const PORT_RETRY_MS = 10_000
/** Asked for when a connection is made, so a change needs no new configuration. */
const READ_LATE: readonly KindName[] = ['EndpointSlice']

/**
 * The objects of a cluster as configuration. Settles when all of them have been read once.
 *
 * @throws Error when the session key may be neither read nor made
 */
export async function createKubernetesSource(
  options: KubernetesOptions,
): Promise<KubernetesSource> {
  const { api, log, name } = options
  const ending = new AbortController()
  const { signal } = ending
  const keyName = `${name}-session-key`
  let key = await sharedSessionKey(api, keyName, log)

  let changed = (): void => undefined
  let timer: NodeJS.Timeout | undefined
  let waitingSince: number | undefined
  const notice = (kind: KindName) => {
    if (READ_LATE.includes(kind)) return
    waitingSince ??= performance.now()
    if (timer !== undefined && performance.now() - waitingSince > LONGEST_WAIT_MS) return
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
      waitingSince = undefined
      changed()
    }, STILL_MS)
  }
  const cluster = watchCluster({
    api,
    namespaces: options.namespaces,
    changed: notice,
    trouble(resource, problem) {
      if (problem === undefined) log.info({ resource }, 'the resource can be read')
      else log.warn({ resource, problem }, 'the resource cannot be read; the rest works')
    },
    signal,
  })
  const writer = createStatusWriter(api, cluster, log, signal)
  const service =
    options.service === undefined
      ? undefined
      : createOwnService(api, cluster, options.service, log, signal)
  const election = holdLease({
    api,
    namespace: api.namespace,
    name,
    identity: options.identity,
    log,
    leads(leads) {
      log.info(
        { leads },
        leads ? 'this replica writes statuses' : 'another replica writes statuses',
      )
      writer.lead(leads)
      service?.lead(leads)
    },
    signal,
  })
  await cluster.synced

  const translateRule = createRuleTranslator()
  let served: ReadonlySet<string> = new Set()
  let unavailablePorts: ReadonlyMap<number, string> = new Map()
  let portRetry: NodeJS.Timeout | undefined
  const defaults = (): ProcessResource => ({
    kind: 'process',
    ...options.process,
    session: { key: [{ kind: 'inline', secret: sessionKey() }] },
    origin: { source: '<command line>' },
    locate: () => ({ origin: { source: '<command line>' }, path: '' }),
  })
  const sessionKey = (): Secret => {
    const { namespace } = api
    const now = secretValue(cluster, { namespace, name: keyName }, SESSION_KEY)
    if (now !== undefined && holdsKeys(now)) key = now
    return key
  }

  return {
    name: 'kubernetes',
    mayBeEmpty: true,
    read() {
      const { address } = options
      let compiled: Compiled = { snapshot: undefined, diagnostics: [] }
      const { resources, statuses } = translate(cluster, {
        ...options,
        translateRule,
        unavailablePorts,
        addresses: service?.addresses() ?? [],
        diagnose(found) {
          const bound = found.map(one => (one.kind === 'bind' ? { ...one, address } : one))
          compiled = options.compile([defaults(), ...options.settings, ...bound])
          return compiled.diagnostics
        },
      })
      served = hostsOf(resources)
      writer.want(statuses)
      service?.want(resources.flatMap(one => (one.kind === 'bind' ? [one.port] : [])))
      return { resources, diagnostics: [], files: [], compiled }
    },
    watch(callback) {
      changed = callback
      // What happened between reading and watching.
      notice('Gateway')
      return Promise.resolve(() => {
        changed = () => undefined
        clearTimeout(timer)
        return Promise.resolve()
      })
    },
    portsFailed(failures) {
      const before = unavailablePorts
      unavailablePorts = new Map(failures.map(({ port, message }) => [port, message]))
      clearTimeout(portRetry)
      if (failures.length > 0) portRetry = setTimeout(() => notice('Gateway'), PORT_RETRY_MS)
      if (isDeepStrictEqual(before, unavailablePorts)) return
      for (const { port, message } of failures) {
        if (before.get(port) !== message)
          log.warn({ port, problem: message }, 'a port cannot be opened; the others work')
      }
      // The statuses have to say so.
      notice('Gateway')
    },
    addresses: createAddresses(
      cluster,
      (hostname, port) => served.has(`${hostname}:${port}`),
      options.address ?? '127.0.0.1',
    ),
    async close() {
      ending.abort()
      clearTimeout(timer)
      clearTimeout(portRetry)
      await election
    },
  }
}

/** `host:port` of every listener for one host. */
function hostsOf(resources: readonly Resource[]): ReadonlySet<string> {
  const ports = new Map(
    resources.flatMap(one => (one.kind === 'bind' ? [[one.key, one.port] as const] : [])),
  )
  return new Set(
    resources.flatMap(one =>
      one.kind === 'listener' && one.hostname !== undefined
        ? [`${one.hostname}:${ports.get(one.bind)}`]
        : [],
    ),
  )
}
