import { readFileSync } from 'node:fs'
import { openAdminServers } from './admin-servers.ts'
import { compile } from './config/compile.ts'
import { type Diagnostic, formatDiagnostic } from './config/diagnostic.ts'
import { allProblems } from './config/problems.ts'
import type { Snapshot } from './config/snapshot.ts'
import { VERSION } from './config/version.ts'
import { backendTls } from './http/backend-tls.ts'
import type { Resolve } from './http/connect.ts'
import { createFetch } from './http/fetch.ts'
import { createRecorder } from './http/request-record.ts'
import { createUpstreams } from './http/upstream.ts'
import { createSessions, type Sessions } from './mcp/sessions.ts'
import { commandExists } from './mcp/transports/child.ts'
import { createAccessLog } from './observe/access-log.ts'
import { createAdmin } from './observe/admin.ts'
import type { RootLog } from './observe/log.ts'
import { createMetrics, type Metrics } from './observe/metrics.ts'
import { profiles } from './providers/index.ts'
import { buildRuntime, type ProcessParts, type Runtime } from './runtime/runtime.ts'
import { createSealer, type Sealer } from './seal/seal.ts'
import { describe, type Served } from './served.ts'
import { choosePorts, createServers } from './servers.ts'
import type { PortFailure, Source } from './source/source.ts'
import { StartError } from './start-error.ts'
import { ownKey } from './state.ts'

export type GatewayOptions = {
  readonly source: Source
  readonly log: RootLog
  /** Where a session key is kept that nobody configured; undefined: it lives as long as the process. */
  readonly stateFolder: string | undefined
  /** What child processes inherit. */
  readonly environment: NodeJS.ProcessEnv
  /** Authorities that the system does not know, as PEM, for providers and targets. */
  readonly authorities?: string | undefined
  /** Places of hosts that the name service does not know, or knows less well. */
  readonly resolve?: Resolve | undefined
  /** Lets client metadata documents lie at private addresses: for tests and closed networks. */
  readonly dangerouslyAllowPrivateDocuments?: boolean
  /** Milliseconds since 1970; the clock of the system unless given. */
  readonly now?: () => number
}

export type Gateway = {
  /** What is served at the moment. */
  served(): readonly Served[]
  /** Of the configuration that it started with. */
  readonly warnings: readonly Diagnostic[]
  /** Stops accepting, lets running calls end within the configured time, ends children. */
  stop(): Promise<void>
}

/**
 * Starts the gateway: source → compile → runtime → servers. Later changes of the source replace the
 * runtime between two requests; a configuration with errors is logged and changes nothing.
 *
 * Needs neither providers nor HTTP targets to be up.
 *
 * @throws StartError when the configuration has errors, a command does not exist or a port cannot be had
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { source, log } = options
  const ports = new Map<string, number>()

  const readSnapshot = async (): Promise<ReturnType<typeof compile>> => {
    const loaded = source.read()
    const { resources, diagnostics } = loaded
    const context = {
      profiles,
      read: (path: string) => readFileSync(path, 'utf8'),
      mayBeEmpty: source.mayBeEmpty,
    }
    if (diagnostics.some(({ severity }) => severity === 'error'))
      return { snapshot: undefined, diagnostics: allProblems(loaded, context) }
    const compiled = loaded.compiled ?? compile(await choosePorts(resources, ports), context)
    return { ...compiled, diagnostics: [...diagnostics, ...compiled.diagnostics] }
  }

  const first = await readSnapshot()
  if (first.snapshot === undefined)
    throw new StartError(first.diagnostics.map(formatDiagnostic).join('\n'))
  requireCommands(first.snapshot, options.environment)
  log.configure({
    level: first.snapshot.settings.logLevel,
    format: first.snapshot.settings.logFormat,
  })

  const metrics = createMetrics(VERSION)
  const { fetch, close: closeFetch } = createFetch({
    ca: options.authorities,
    resolve: options.resolve,
    allowPrivate: options.dangerouslyAllowPrivateDocuments === true,
  })
  const upstreams = createUpstreams({ ca: options.authorities, resolve: options.resolve })
  const sealer = replaceableSealer(first.snapshot, options)
  let runtime: Runtime
  const parts: ProcessParts = {
    fetch,
    upstreams,
    openUpstreams: tls => createUpstreams({ tls: backendTls(tls), resolve: options.resolve }),
    sealer,
    sessions: countSessions(
      metrics,
      createSessions(
        sealer,
        {
          get idleMs() {
            return runtime.snapshot.settings.sessionIdleMs
          },
          get maxMs() {
            return runtime.snapshot.settings.sessionMaxMs
          },
        },
        Date.now,
      ),
    ),
    log,
    metrics,
    recorder: createRecorder(createAccessLog(log), metrics),
    environment: options.environment,
    now: options.now ?? Date.now,
  }
  runtime = buildRuntime(first.snapshot, undefined, parts)

  let state: 'starting' | 'serving' | 'draining' = 'starting'
  const admin = createAdmin({
    readiness: () => ({
      serving: state === 'serving',
      reason: state === 'serving' ? undefined : state,
      degraded: runtime.notReady(),
    }),
    metrics: metrics.render,
  })
  const servers = createServers(
    () => runtime,
    () => runtime.snapshot.settings.drainMs,
  )
  const openPorts = async (binds: Snapshot['binds']): Promise<() => Promise<void>> => {
    const failed: PortFailure[] = []
    const closeOthers = await servers.apply(binds, ({ port }, error) => {
      if (source.portsFailed === undefined) throw error
      failed.push({ port, message: error.message })
    })
    source.portsFailed?.(failed)
    return closeOthers
  }
  // Operators come first: no listener that a configuration asks for can take their port.
  const adminServers = await startOrExplain(() =>
    openAdminServers(runtime.snapshot.settings, admin, log),
  )
  await startOrExplain(
    () => openPorts(runtime.snapshot.binds),
    () => Promise.all([servers, ...adminServers].map(one => one.close(0))),
  )
  state = 'serving'
  for (const { host, port } of adminServers)
    log.info({ host, port }, 'health and metrics are served')

  const reload = async (): Promise<void> => {
    const next = await readSnapshot()
    const report = next.diagnostics.map(formatDiagnostic)
    if (next.snapshot === undefined) {
      log.error(
        { diagnostics: report },
        'the changed configuration has errors; the old one stays in use',
      )
      metrics.reloads.of('refused').add()
      return
    }
    const previous = runtime
    const built = buildRuntime(next.snapshot, previous, parts)
    try {
      const closeOthers = await openPorts(next.snapshot.binds)
      sealer.replace(next.snapshot)
      log.configure({
        level: next.snapshot.settings.logLevel,
        format: next.snapshot.settings.logFormat,
      })
      runtime = built
      metrics.reloads.of('ok').add()
      log.info({ warnings: report }, 'configuration reloaded')
      // Requests of the old runtime go on; what they still use is closed when they are done with it.
      void Promise.all([closeOthers(), previous.handles.retire(built.handles)]).catch(
        (error: unknown) => log.error({ error }, 'closing what a reload replaced failed'),
      )
    } catch (error) {
      await built.handles.retire(previous.handles)
      metrics.reloads.of('failed').add()
      log.error(
        { error: (error as Error).message },
        'the changed configuration cannot be used; the old one stays in use',
      )
    }
  }
  const unwatch = await source.watch(
    oneAtATime(reload, error => log.error({ error }, 'a reload failed')),
  )

  return {
    served: () => describe(runtime.snapshot),
    warnings: first.diagnostics,
    async stop() {
      state = 'draining'
      await unwatch()
      const { drainMs } = runtime.snapshot.settings
      await servers.close(drainMs)
      await runtime.handles.retire(undefined)
      await Promise.all([
        closeFetch(),
        upstreams.close(),
        ...adminServers.map(server => server.close(0)),
      ])
      log.flush()
    },
  }
}

/** A command that does not exist is better said now than to the first caller. */
function requireCommands({ binds }: Snapshot, environment: NodeJS.ProcessEnv): void {
  for (const { backend, id } of binds.flatMap(bind =>
    bind.listeners.flatMap(listener => listener.routes),
  )) {
    if (backend.kind !== 'mcp') continue
    for (const { name, transport } of backend.targets) {
      if (transport.kind !== 'stdio' || commandExists(transport, environment)) continue
      throw new StartError(
        `the command "${transport.command}" of target ${name} (route ${id}) does not exist or may not be executed; install it or give its full path`,
      )
    }
  }
}

async function startOrExplain<T>(
  start: () => Promise<T>,
  undo?: () => Promise<unknown>,
): Promise<T> {
  try {
    return await start()
  } catch (error) {
    await undo?.()
    throw new StartError((error as Error).message, { cause: error })
  }
}

/** A sealer whose keys follow the configuration, so that they can be rotated without a restart. */
function replaceableSealer(
  snapshot: Snapshot,
  { stateFolder }: GatewayOptions,
): Sealer & { replace(snapshot: Snapshot): void } {
  let own: ReturnType<typeof ownKey> | undefined
  const make = ({ settings: { sessionKeys } }: Snapshot): Sealer => {
    if (sessionKeys.length > 0) return createSealer(sessionKeys)
    own ??= keyOrExplain(stateFolder)
    return createSealer([own])
  }
  let current = make(snapshot)
  return {
    seal: (purpose, value, expiresAt) => current.seal(purpose, value, expiresAt),
    open: (purpose, text) => current.open(purpose, text),
    mac: (purpose, text) => current.mac(purpose, text),
    verifyMac: (purpose, text, mac) => current.verifyMac(purpose, text, mac),
    replace(next) {
      current = make(next)
    },
  }
}

function keyOrExplain(folder: string | undefined): ReturnType<typeof ownKey> {
  try {
    return ownKey(folder)
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error })
  }
}

function countSessions(metrics: Metrics, sessions: Sessions): Sessions {
  return {
    ...sessions,
    open(...session) {
      metrics.sessionsOpened.of().add()
      return sessions.open(...session)
    },
    end(session) {
      metrics.sessionsEnded.of().add()
      sessions.end(session)
    },
  }
}

/** Runs a task again after it has ended, once, however often it was asked for meanwhile. */
function oneAtATime(task: () => Promise<void>, failed: (error: unknown) => void): () => void {
  let running = false
  let again = false
  const run = async (): Promise<void> => {
    running = true
    do {
      again = false
      await task().catch(failed)
    } while (again)
    running = false
  }
  return () => {
    if (running) again = true
    else void run()
  }
}
