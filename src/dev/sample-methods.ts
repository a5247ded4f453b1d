import { type Catalog, checkArguments } from './sample-catalog.ts'
import { object, type Params, RpcError, text } from './sample-message.ts'

/** One request, as the methods see it. */
export type Context = {
  readonly catalog: Catalog
  readonly era: 'legacy' | 'modern'
  readonly protocolVersion: string
  readonly signal: AbortSignal
  progress(done: number, total: number, message: string): void
  changed(uri: string): void
}

export type Method = (params: Params, context: Context) => object | Promise<object>

export const INSTRUCTIONS = 'Tools, a prompt and resources to try an MCP gateway with.'

export const CAPABILITIES = { tools: {}, prompts: {}, resources: { subscribe: true } } as const

/** The methods that exist in both eras, with the results that they have in common. */
export const METHODS: Readonly<Record<string, Method>> = {
  'tools/list': (_params, { catalog }) => ({
    tools: [...catalog.tools].map(([name, { run: _run, ...tool }]) => ({ name, ...tool })),
  }),

  async 'tools/call'(params, context) {
    const name = text(params, 'name')
    const tool = context.catalog.tools.get(name)
    if (tool === undefined) throw new RpcError(-32602, `Unknown tool: ${name}`)
    const args = object(params, 'arguments')
    // A model can correct its own arguments, so this is a result that it sees (server/tools).
    const wrong = checkArguments(tool, args)
    if (wrong !== undefined) {
      return { content: [{ type: 'text', text: `Invalid arguments: ${wrong}` }], isError: true }
    }
    const { text: answer, structured } = await tool.run(args, context)
    return {
      content: [{ type: 'text', text: answer }],
      ...(structured === undefined ? {} : { structuredContent: structured }),
    }
  },

  'prompts/list': (_params, { catalog }) => ({
    prompts: [...catalog.prompts].map(([name, { text: _text, ...prompt }]) => ({
      name,
      ...prompt,
    })),
  }),

  'prompts/get'(params, { catalog }) {
    const name = text(params, 'name')
    const prompt = catalog.prompts.get(name)
    if (prompt === undefined) throw new RpcError(-32602, `Unknown prompt: ${name}`)
    const args = object(params, 'arguments')
    for (const argument of prompt.arguments) {
      const value = args[argument.name]
      if (value === undefined ? argument.required : typeof value !== 'string') {
        throw new RpcError(-32602, `Prompt argument "${argument.name}" must be a string`)
      }
    }
    const content = { type: 'text', text: prompt.text(args as Record<string, string>) }
    return { description: prompt.description, messages: [{ role: 'user', content }] }
  },

  'resources/list': (_params, { catalog }) => ({
    resources: [...catalog.resources].map(([uri, { read: _read, ...resource }]) => ({
      uri,
      ...resource,
    })),
  }),

  'resources/templates/list': () => ({ resourceTemplates: [] }),

  'resources/read'(params, context) {
    const uri = text(params, 'uri')
    const { mimeType, read } = knownResource(uri, context)
    return { contents: [{ uri, mimeType, text: read() }] }
  },
}

/** The resource, or the error that its era has for an unknown one. */
export function knownResource(
  uri: string,
  { catalog, era }: Context,
): { mimeType: string; read(): string } {
  const resource = catalog.resources.get(uri)
  if (resource !== undefined) return resource
  throw new RpcError(era === 'legacy' ? -32002 : -32602, 'Resource not found', { uri })
}
