import type { Client } from '../client.ts'
import { createEventParser, type ServerSentEvent } from '../sse.ts'
import type { Channel, ChannelEvents, OpenChannel } from './channel.ts'
import { isEventStream } from './collect.ts'
import { DISCARD, type Headers, type HttpLink } from './http-link.ts'

const MAX_EVENT = 64 * 1024 * 1024
const MAX_QUEUED = 1_000

/**
 * The HTTP+SSE transport of revision 2024-11-05, towards targets: one event stream brings everything that
 * the server says, its first event names the URL that takes what the client says.
 *
 * @param url of the event stream; the URL that the server names has to have the same origin
 */
export function createSseChannels(url: string, link: HttpLink): OpenChannel {
  return (client, events) => {
    if (client === undefined) throw new TypeError('an event stream is opened for somebody')
    return openChannel(url, link, client, events)
  }
}

type Waiting = { readonly line: string; readonly client: Client; undelivered(detail: string): void }

function openChannel(url: string, link: HttpLink, opener: Client, events: ChannelEvents): Channel {
  let endpoint: string | undefined
  let over = false
  const queue: Waiting[] = []
  // Only the server that holds the stream knows the endpoint that it names.
  const stay = { place: undefined }

  const gone = (reason: string): void => {
    if (over) return
    over = true
    // Whoever opens the channel has to have it in hand before it can be gone.
    queueMicrotask(() => events.gone(reason))
  }
  const headers = (client: Client): Headers => ({
    ...link.messageHeaders({ text: '', method: '', client }),
    'mcp-protocol-version': undefined,
  })

  const post = ({ line, client, undelivered }: Waiting): void => {
    link.send(
      {
        url: endpoint ?? url,
        method: 'POST',
        from: client,
        headers: { ...headers(client), accept: '*/*' },
        body: line,
        stay,
      },
      {
        head(status) {
          if (status >= 400) undelivered(`the server answered a message with status ${status}`)
          return DISCARD
        },
        failed: (reason, error) => undelivered(link.failure(reason, error).detail),
      },
    )
  }

  const receive = ({ event, data }: ServerSentEvent): void => {
    if (event !== 'endpoint') {
      if (data !== '') events.message(data)
      return
    }
    const named = URL.canParse(data, url) ? new URL(data, url) : undefined
    // A server must not choose where the gateway sends the credentials of its callers.
    if (named === undefined || named.origin !== new URL(url).origin) {
      abort()
      gone('the server named an endpoint of another origin')
      return
    }
    endpoint = named.href
    for (const waiting of queue.splice(0)) post(waiting)
  }

  const abort = link.send(
    {
      url,
      method: 'GET',
      from: opener,
      headers: { ...headers(opener), accept: 'text/event-stream', 'content-type': undefined },
      body: undefined,
      stay,
    },
    {
      head(status, received) {
        const refused = link.refusal(status, opener, ({ detail }) => gone(detail))
        if (refused !== undefined) return refused
        if (status !== 200 || !isEventStream(received)) {
          gone(`the server answered GET with status ${status}`)
          return DISCARD
        }
        const parser = createEventParser(receive, MAX_EVENT)
        return { collect: { data: parser.push, end: () => gone('the server ended its stream') } }
      },
      failed: (reason, error) => gone(link.failure(reason, error).detail),
    },
  )

  return {
    send(line, client = opener, undelivered = () => undefined) {
      if (over || queue.length >= MAX_QUEUED) return false
      const waiting = { line, client, undelivered }
      if (endpoint === undefined) queue.push(waiting)
      else post(waiting)
      return true
    },
    stop() {
      abort()
      gone('it is stopped')
      return Promise.resolve()
    },
  }
}
