import { isAbsolute, join } from 'node:path'
import type { Diagnostic } from './diagnostic.ts'
import { NOTHING } from './empty.ts'
import type { Environment } from './environment.ts'
import { mapFiles } from './files.ts'
import { fromBinds } from './load/binds.ts'
import { fromGateways } from './load/gateways.ts'
import { fromMcpBlock } from './load/mcp-block.ts'
import { parse } from './parse.ts'
import type { PathSegment, Resource, Spot } from './resource.ts'
import type { Configuration } from './schema/configuration.ts'

export type LoadContext = {
  readonly environment: Environment
  /** Folder that relative paths of files start from; left out: they stay as they are. */
  readonly folder?: string
}

export type Loaded = {
  /** Empty when there are errors. */
  readonly resources: readonly Resource[]
  /** Where there are errors: what is left without them, to look for more (`allProblems`). */
  readonly remains?: readonly Resource[]
  readonly diagnostics: readonly Diagnostic[]
}

/**
 * What a YAML text says, whichever of its forms it uses, as flat resources. Reads no file: what is
 * named as a file stays a reference until `compile`. Never throws.
 *
 * @param source name of the text in messages, such as the file name
 */
export function load(text: string, source: string, context: LoadContext): Loaded {
  const { configuration, remains, document, diagnostics } = parse(text, source, context.environment)
  if (configuration === undefined)
    return {
      resources: [],
      ...(remains && {
        remains: resourcesOf(
          remains.configuration,
          path => document.locate(remains.original(path)),
          context,
        ),
      }),
      diagnostics,
    }
  const resources = resourcesOf(configuration, document.locate, context)
  if (resources.length === 0) {
    const diagnostic: Diagnostic = { severity: 'error', ...document.locate([]), ...NOTHING }
    return { resources, diagnostics: [diagnostic] }
  }
  return { resources, diagnostics }
}

function resourcesOf(
  configuration: Configuration,
  locate: (path: readonly PathSegment[]) => Spot,
  { folder }: LoadContext,
): Resource[] {
  const located = (...base: readonly PathSegment[]) => ({
    origin: locate(base).origin,
    locate: (...path: readonly PathSegment[]) => locate([...base, ...path]),
  })
  const { config, backends = [] } = configuration
  const resources: Resource[] = [
    ...(config === undefined
      ? []
      : [{ kind: 'process' as const, ...config, ...located('config') }]),
    ...backends.map(
      (backend, index): Resource => ({
        kind: 'backend',
        ...backend,
        ...located('backends', index),
      }),
    ),
    ...fromBinds(configuration, located),
    ...fromGateways(configuration, located),
    ...fromMcpBlock(configuration, located),
  ]
  const resolve = (path: string) =>
    folder === undefined || isAbsolute(path) ? path : join(folder, path)
  return resources.map(resource => mapFiles(resource, resolve))
}
