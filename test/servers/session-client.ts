import { pathToFileURL } from 'node:url'
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ResourceUpdatedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { connectV1, connectV2 } from '../support/mcp-clients.ts'

/** What a person would answer, and what a model. */
const ACCEPTED = { action: 'accept' as const, content: { name: 'Ada', value: 'Ada' } }
const thought = (text: string) => ({
  model: 'm',
  role: 'assistant' as const,
  content: { type: 'text' as const, text },
})

type Page = { readonly names: readonly string[]; readonly nextCursor: string | undefined }
type CallOptions = { readonly onprogress?: () => void; readonly signal?: AbortSignal }

/** A client of the session era, whichever SDK it is of. It answers what servers ask, and notes it. */
export type SessionClient = {
  /** Methods of the requests of servers, in their order. */
  readonly asked: readonly string[]
  /** URIs of the resources that were said to have changed. */
  readonly updated: readonly string[]
  readonly instructions: string | undefined
  tools(cursor?: string): Promise<Page>
  templates(): Promise<readonly string[]>
  resources(): Promise<readonly string[]>
  prompts(): Promise<readonly string[]>
  /** The texts of the result. */
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<string>
  read(uri: string): Promise<string>
  prompt(name: string, args: Record<string, string>): Promise<string>
  complete(uri: string, argument: { name: string; value: string }): Promise<readonly string[]>
  subscribe(uri: string): Promise<void>
  close(): Promise<void>
}

/** @param folder its one root */
export async function connectSession(
  url: string,
  sdk: 'v1' | 'v2',
  folder: string,
): Promise<SessionClient> {
  const roots = { roots: [{ uri: pathToFileURL(folder).href, name: 'Root' }] }
  const asked: string[] = []
  const updated: string[] = []
  const answer = <T>(method: string, value: T): T => {
    asked.push(method)
    return value
  }
  const elicited = (params: object) =>
    answer('elicitation/create', 'url' in params ? { action: 'accept' as const } : ACCEPTED)
  const sampled = (messages: readonly { content: unknown }[]) =>
    answer('sampling/createMessage', thought(`re: ${textOf(messages[0]?.content)}`))

  if (sdk === 'v1') {
    const { client } = await connectV1(url, {
      prepare(one) {
        one.setRequestHandler(ElicitRequestSchema, ({ params }) => elicited(params))
        one.setRequestHandler(CreateMessageRequestSchema, ({ params }) => sampled(params.messages))
        one.setRequestHandler(ListRootsRequestSchema, () => answer('roots/list', roots))
        one.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
          updated.push(params.uri)
        })
      },
    })
    return session(client, asked, updated, (params, options) =>
      client.callTool(params, undefined, options),
    )
  }
  const client = await connectV2(url, 'legacy')
  client.setRequestHandler('elicitation/create', ({ params }) => elicited(params))
  client.setRequestHandler('sampling/createMessage', ({ params }) => sampled(params.messages))
  client.setRequestHandler('roots/list', () => answer('roots/list', roots))
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    updated.push(params.uri)
  })
  return session(client, asked, updated, (params, options) => client.callTool(params, options))
}

type Sdk = Awaited<ReturnType<typeof connectV1>>['client'] | Awaited<ReturnType<typeof connectV2>>
type CallTool = (
  params: { name: string; arguments: Record<string, unknown> },
  options: CallOptions,
) => Promise<object>

function session(
  client: Sdk,
  asked: readonly string[],
  updated: readonly string[],
  callTool: CallTool,
): SessionClient {
  return {
    asked,
    updated,
    instructions: client.getInstructions(),
    async tools(cursor) {
      const { tools, nextCursor } = await client.listTools({ cursor: cursor ?? undefined })
      return { names: tools.map(({ name }) => name), nextCursor }
    },
    templates: async () =>
      (await client.listResourceTemplates()).resourceTemplates.map(one => one.uriTemplate),
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    async call(name, args = {}, options = {}) {
      const result = await callTool({ name, arguments: args }, options)
      return 'content' in result && Array.isArray(result.content)
        ? result.content.map(textOf).join('\n')
        : JSON.stringify(result)
    },
    read: async uri => textOf((await client.readResource({ uri })).contents[0]),
    prompt: async (name, args) =>
      textOf((await client.getPrompt({ name, arguments: args })).messages[0]?.content),
    async complete(uri, argument) {
      const ref = { type: 'ref/resource' as const, uri }
      return (await client.complete({ ref, argument })).completion.values
    },
    async subscribe(uri) {
      await client.subscribeResource({ uri })
    },
    close: () => client.close(),
  }
}

function textOf(content: unknown): string {
  return typeof content === 'object' && content !== null && 'text' in content
    ? String(content.text)
    : ''
}
