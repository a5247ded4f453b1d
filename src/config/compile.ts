import { checkPorts, compileBind } from './compile/bind.ts'
import type { Compilation, CompileContext } from './compile/context.ts'
import { checkExposure } from './compile/exposure.ts'
import { deepFreeze } from './compile/freeze.ts'
import { compileListener } from './compile/listener.ts'
import { createReport, type Report } from './compile/report.ts'
import { compileRoute } from './compile/route.ts'
import { compileSettings } from './compile/settings.ts'
import type { Diagnostic } from './diagnostic.ts'
import { NOTHING } from './empty.ts'
import { nearest } from './nearest.ts'
import type { BackendResource, ListenerResource, Resource, RouteResource } from './resource.ts'
import type { Snapshot } from './snapshot.ts'

export type { CompileContext } from './compile/context.ts'

export type Compiled = {
  /** Undefined when there are errors. Frozen. */
  readonly snapshot: Snapshot | undefined
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * Turns resources into the snapshot that a runtime is built from. Pure but for `context.read`: no network,
 * no clock. Not checked: whether anything that the configuration names answers.
 */
export function compile(resources: readonly Resource[], context: CompileContext): Compiled {
  const report = createReport()
  const of = <K extends Resource['kind']>(kind: K) =>
    resources.filter((one): one is Extract<Resource, { kind: K }> => one.kind === kind)
  const compilation: Compilation = { ...context, report, backends: named(of('backend'), report) }

  const processes = of('process')
  const settings = compileSettings(processes, compilation)
  const publicUrl = processes.findLast(one => one.publicUrl !== undefined)?.publicUrl
  const pairs = of('route').map(resource => ({
    resource,
    body: compileRoute(resource, compilation),
  }))
  const listeners = of('listener')
  checkAttachment(of('route'), listeners, report)

  const binds = of('bind')
  checkPorts(binds, settings, compilation)
  if (binds.length === 0 && context.mayBeEmpty !== true) {
    const spot = resources[0]?.locate() ?? { origin: { source: 'configuration' }, path: '' }
    report.error(spot, NOTHING.message, NOTHING.hint)
  }
  const compiled = binds.map(bind => {
    const own = listeners.filter(listener => listener.bind === bind.key)
    return compileBind(
      bind,
      own.map(resource => {
        const attached = pairs.filter(pair => pair.resource.listeners.includes(resource.key))
        checkExposure(bind, attached, compilation)
        return {
          resource,
          compiled: compileListener(resource, bind, attached, publicUrl, compilation),
        }
      }),
      compilation,
    )
  })

  const diagnostics = report.diagnostics()
  const isGood = !diagnostics.some(({ severity }) => severity === 'error')
  return { snapshot: isGood ? deepFreeze({ settings, binds: compiled }) : undefined, diagnostics }
}

function named(
  resources: readonly BackendResource[],
  report: Report,
): ReadonlyMap<string, BackendResource> {
  const backends = new Map<string, BackendResource>()
  for (const backend of resources) {
    if (backends.has(backend.name)) {
      report.error(backend.locate('name'), `two backends are called ${backend.name}`, 'Rename one')
    }
    backends.set(backend.name, backend)
  }
  return backends
}

/** Keys are unique, and every route hangs on listeners that exist. */
function checkAttachment(
  routes: readonly RouteResource[],
  listeners: readonly ListenerResource[],
  report: Report,
): void {
  const keys = new Set<string>()
  for (const { key, locate } of listeners) {
    if (keys.has(key)) report.error(locate('name'), `two listeners are called ${key}`, 'Rename one')
    keys.add(key)
  }
  for (const { name, listeners: wanted, locate } of routes) {
    for (const key of wanted.filter(one => !keys.has(one))) {
      const candidate = nearest(key, [...keys])
      report.error(
        locate('gateways'),
        `the route ${name} names the gateway ${key}, which does not exist`,
        candidate === undefined ? `Add it below gateways` : `Did you mean ${candidate}?`,
      )
    }
  }
}
