import { createCatalog, IMPLEMENTATION } from './sample-catalog.ts'
import {
  type Id,
  object,
  type Params,
  parse,
  type Request,
  RpcError,
  response,
  text,
} from './sample-message.ts'
import {
  CAPABILITIES,
  type Context,
  INSTRUCTIONS,
  knownResource,
  METHODS,
  type Method,
} from './sample-methods.ts'
import { META, MODERN_VERSIONS, modernResult, modernVersion } from './sample-modern.ts'

export type Protocol = {
  /** Takes one line of input. */
  receive(line: string): void
  /** Ends subscriptions with their final result and stops everything else. */
  close(): void
}

const LEGACY_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']

/**
 * A server for both protocol eras on one channel: a request that carries its protocol version in
 * `_meta` is served statelessly as the 2026-07-28 revision says; `initialize` opens a legacy session
 * that lasts as long as the process.
 */
export function createProtocol(send: (message: object) => void): Protocol {
  const catalog = createCatalog()
  const running = new Map<Id, AbortController>()
  /** Open `subscriptions/listen` requests: how to end them, and the resources that they watch. */
  const listening = new Map<Id, { uris: ReadonlySet<string>; end(): void }>()
  const subscribed = new Set<string>()
  let legacyVersion: string | undefined

  const legacyMethods: Readonly<Record<string, Method>> = {
    ...METHODS,
    ping: () => ({}),
    initialize(params) {
      const wanted = text(params, 'protocolVersion')
      legacyVersion = LEGACY_VERSIONS.includes(wanted) ? wanted : LEGACY_VERSIONS[0]
      return {
        protocolVersion: legacyVersion,
        capabilities: CAPABILITIES,
        serverInfo: IMPLEMENTATION,
        instructions: INSTRUCTIONS,
      }
    },
    'resources/subscribe'(params, context) {
      const uri = text(params, 'uri')
      knownResource(uri, context)
      subscribed.add(uri)
      return {}
    },
    'resources/unsubscribe'(params) {
      subscribed.delete(text(params, 'uri'))
      return {}
    },
  }

  const modernMethods = (id: Id): Readonly<Record<string, Method>> => ({
    ...METHODS,
    'server/discover': () => ({
      supportedVersions: MODERN_VERSIONS,
      capabilities: CAPABILITIES,
      instructions: INSTRUCTIONS,
    }),
    'subscriptions/listen': (params, { signal }) => listen(id, params, signal),
  })

  /** Lasts until the client cancels it or the server ends. Honours resource subscriptions alone. */
  function listen(id: Id, params: Params, signal: AbortSignal): Promise<object> {
    const asked = object(params, 'notifications').resourceSubscriptions
    const uris = (Array.isArray(asked) ? asked : []).filter(uri => catalog.resources.has(uri))
    const _meta = { [`${META}subscriptionId`]: id }
    send({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: {
        _meta,
        notifications: uris.length === 0 ? {} : { resourceSubscriptions: uris },
      },
    })
    return new Promise(resolve => {
      listening.set(id, { uris: new Set(uris), end: () => resolve({ _meta }) })
      signal.addEventListener('abort', () => {
        listening.delete(id)
        resolve({})
      })
    })
  }

  function changed(uri: string): void {
    const method = 'notifications/resources/updated'
    if (subscribed.has(uri)) send({ jsonrpc: '2.0', method, params: { uri } })
    for (const [id, { uris }] of listening) {
      const _meta = { [`${META}subscriptionId`]: id }
      if (uris.has(uri)) send({ jsonrpc: '2.0', method, params: { _meta, uri } })
    }
  }

  function progressOf(meta: Params): Context['progress'] {
    const progressToken = meta.progressToken
    if (typeof progressToken !== 'string' && !Number.isInteger(progressToken)) return () => {}
    return (progress, total, message) =>
      send({
        jsonrpc: '2.0',
        method: 'notifications/progress',
        params: { progressToken, progress, total, message },
      })
  }

  async function answer({ id, method, params }: Request, signal: AbortSignal): Promise<object> {
    const meta = object(params, '_meta')
    const progress = progressOf(meta)
    const common = { catalog, signal, progress, changed }
    if (method === 'initialize' || meta[`${META}protocolVersion`] === undefined) {
      const protocolVersion = legacyVersion ?? ''
      if (legacyVersion === undefined && method !== 'initialize' && method !== 'ping') {
        throw new RpcError(
          -32602,
          `params._meta lacks ${META}protocolVersion, and no session was opened with initialize`,
        )
      }
      return find(legacyMethods, method)(params, { ...common, era: 'legacy', protocolVersion })
    }
    const protocolVersion = modernVersion(meta)
    const context: Context = { ...common, era: 'modern', protocolVersion }
    return modernResult(method, await find(modernMethods(id), method)(params, context))
  }

  async function serve(request: Request): Promise<void> {
    const { id } = request
    if (running.has(id)) {
      send(response(id, new RpcError(-32600, 'A request with this id is still running')))
      return
    }
    const work = new AbortController()
    running.set(id, work)
    const outcome = await answer(request, work.signal).catch((error: unknown) => error)
    running.delete(id)
    listening.delete(id)
    // A cancelled request is not answered (basic/patterns/cancellation).
    if (!work.signal.aborted) send(response(id, outcome))
  }

  return {
    receive(line) {
      const message = parse(line)
      if (message instanceof RpcError) send(response(undefined, message))
      else if ('id' in message) void serve(message)
      else if (message.method === 'notifications/cancelled') {
        running.get(message.params.requestId as Id)?.abort()
      }
    },
    close() {
      for (const { end } of listening.values()) end()
      for (const [id, work] of running) if (!listening.has(id)) work.abort()
    },
  }
}

function find(methods: Readonly<Record<string, Method>>, name: string): Method {
  const method = Object.hasOwn(methods, name) ? methods[name] : undefined
  if (method === undefined) throw new RpcError(-32601, `Method not found: ${name}`)
  return method
}
