import { type Api, ApiError, type ApiStream, refusal } from './api.ts'
import { createBackoff, pause } from './backoff.ts'
import { lines } from './lines.ts'
import type { KubernetesObject } from './object.ts'

export type ListWatchOptions = {
  readonly api: Api
  /** Path of the collection. */
  readonly path: string
  readonly fieldSelector?: string | undefined
  /** Takes over everything that there is; called again after each resync. */
  readonly replace: (objects: readonly KubernetesObject[]) => void
  readonly put: (object: KubernetesObject) => void
  readonly remove: (object: KubernetesObject) => void
  /** What keeps the collection from being read; undefined: it is being read. Told once for each change. */
  readonly trouble: (problem: string | undefined) => void
  readonly signal: AbortSignal
  readonly times?: Partial<Times>
}

type Times = {
  readonly firstRetryMs: number
  readonly lastRetryMs: number
  /** A kind that is not installed, or may not be read, is asked for so often. */
  readonly absentMs: number
  /** The server ends a watch after so long; a bookmark before says that it lives. */
  readonly watchMs: number
  /** Longest silence of a watch. Bookmarks come every minute. */
  readonly silenceMs: number
  /** A watch that brought nothing and ended sooner has failed, or a broken proxy would be asked without end. */
  readonly shortestMs: number
}

const TIMES: Times = {
  firstRetryMs: 250,
  lastRetryMs: 5_000,
  absentMs: 10_000,
  watchMs: 290_000,
  silenceMs: 90_000,
  shortestMs: 1_000,
}
const PAGE = 500
/** An object has at most 1.5 MiB in etcd, and JSON may write a byte as six. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

/**
 * Keeps a copy of one collection: lists it, then watches from there. Whatever goes wrong (a broken or silent connection,
 * a version that is gone, a server that is not ready) leads back to watching or listing, after a pause that grows; it ends
 * only with the signal. Until something was listed nothing was said about the collection, but for `trouble`.
 */
export async function listWatch(options: ListWatchOptions): Promise<void> {
  const { signal, trouble } = options
  const times = { ...TIMES, ...options.times }
  const backoff = createBackoff(times.firstRetryMs, times.lastRetryMs)
  let reported: string | undefined
  const say = (problem: string | undefined) => {
    if (problem === reported) return
    reported = problem
    trouble(problem)
  }
  const works = () => {
    backoff.reset()
    say(undefined)
  }
  let version: string | undefined
  let hasListed = false
  let absences = 0
  while (!signal.aborted) {
    try {
      if (version === undefined) {
        version = await list(options)
        hasListed = true
        absences = 0
        say(undefined)
      }
      version = await watch(options, version, times, works)
    } catch (error) {
      if (signal.aborted) return
      const answer = error instanceof ApiError ? error : undefined
      if (answer?.status === 410 || answer?.status === 500) version = undefined
      const absent = answer === undefined ? undefined : ABSENT[answer.status]
      if (absent === undefined) {
        // Versions that are gone are no trouble, unless it happens again and again: hence the pause.
        if (answer?.status !== 410) say(message(error))
        await backoff.wait(signal)
        continue
      }
      version = undefined
      absences += 1
      // What may not be read any more may still be there, policies above all. What is said twice not to exist is gone.
      if (!hasListed || (answer?.status === 404 && absences === 2)) options.replace([])
      hasListed = true
      say(absent)
      await pause(times.absentMs * (0.5 + Math.random() / 2), signal)
    }
  }
}

/** Nothing that trying again soon would change. */
const ABSENT: Readonly<Record<number, string>> = {
  403: 'may not be read: the role of the gateway does not allow it',
  404: 'is not installed in the cluster',
}

async function list({ api, path, fieldSelector, replace }: ListWatchOptions): Promise<string> {
  const objects: KubernetesObject[] = []
  let next: string | undefined
  let version = ''
  do {
    const query = new URLSearchParams({ limit: String(PAGE) })
    if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector)
    if (next !== undefined) query.set('continue', next)
    const page = (await api.request('GET', `${path}?${query}`)) as ListPage
    // Items of a list do not say their kind.
    const kind = page.kind.replace(/List$/, '')
    for (const item of page.items) objects.push({ ...item, apiVersion: page.apiVersion, kind })
    next = page.metadata.continue === '' ? undefined : page.metadata.continue
    version = page.metadata.resourceVersion
  } while (next !== undefined)
  replace(objects)
  return version
}

type ListPage = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string }
  readonly items: readonly KubernetesObject[]
}

type WatchEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: KubernetesObject
}

/** @returns the version to go on from, once the server has ended the watch as it was asked to */
async function watch(
  options: ListWatchOptions,
  from: string,
  times: Times,
  works: () => void,
): Promise<string> {
  const began = performance.now()
  const { api, path, fieldSelector, put, remove, signal } = options
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: from,
    // Spread, so that not all watches of all replicas end at once.
    timeoutSeconds: String(Math.ceil((times.watchMs / 1000) * (0.75 + Math.random() / 4))),
  })
  if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector)
  const stream: ApiStream = await api.stream(`${path}?${query}`, times.silenceMs)
  signal.addEventListener('abort', stream.close)
  let version = from
  try {
    for await (const line of lines(stream.body, MAX_LINE_BYTES)) {
      const { type, object } = JSON.parse(line) as WatchEvent
      if (type === 'ERROR') throw refusal(codeOf(object), JSON.stringify(object))
      version = object.metadata.resourceVersion ?? version
      if (type === 'DELETED') remove(object)
      else if (type !== 'BOOKMARK') put(object)
      works()
    }
  } catch (error) {
    // What was seen is not asked for again.
    if (version !== from && !(error instanceof ApiError)) return version
    throw error
  } finally {
    signal.removeEventListener('abort', stream.close)
    stream.close()
  }
  if (version === from && performance.now() - began < times.shortestMs) {
    throw new Error('the server ended a watch as soon as it began')
  }
  return version
}

function codeOf(status: object): number {
  return 'code' in status && typeof status.code === 'number' ? status.code : 500
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
