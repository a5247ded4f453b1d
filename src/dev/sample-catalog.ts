import { setTimeout as delay } from 'node:timers/promises'
import { check, type InputSchema } from './sample-schema.ts'

/** What a tool gets besides its arguments. */
export type Call = {
  readonly signal: AbortSignal
  readonly protocolVersion: string
  /** Tells the client how far the work is; does nothing when the client did not ask. */
  progress(done: number, total: number, message: string): void
  /** Says that a resource reads differently from now on. */
  changed(uri: string): void
}

export type Tool = {
  readonly title: string
  readonly description: string
  readonly inputSchema: InputSchema
  readonly outputSchema?: object
  readonly annotations: { readonly readOnlyHint: boolean; readonly openWorldHint: false }
  run(args: Readonly<Record<string, unknown>>, call: Call): Promise<ToolOutput> | ToolOutput
}

export type ToolOutput = { readonly text: string; readonly structured?: object }

export type Prompt = {
  readonly title: string
  readonly description: string
  readonly arguments: readonly { name: string; description: string; required: boolean }[]
  text(args: Readonly<Record<string, string>>): string
}

export type Resource = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly mimeType: string
  read(): string
}

export type Catalog = {
  readonly tools: ReadonlyMap<string, Tool>
  readonly prompts: ReadonlyMap<string, Prompt>
  readonly resources: ReadonlyMap<string, Resource>
}

export const IMPLEMENTATION = { name: 'portcullis-sample', version: '1.0.0' } as const

const ROLLS_URI = 'sample://rolls'
const KEPT_ROLLS = 20

const README = `# Sample server

A small MCP server to try a gateway with.

- \`echo\`, \`add\`, \`roll_dice\` and \`server_info\` answer at once.
- \`slow\` works for a while, reports its progress and can be cancelled.
- \`sample://rolls\` changes with every \`roll_dice\`, so it can be subscribed to.
`

/** Tools, prompts and resources with the little state that they share: the last dice rolls. */
export function createCatalog(): Catalog {
  const rolls: string[] = []

  const tools: Record<string, Tool> = {
    echo: {
      title: 'Echo',
      description: 'Answers with the message that it was given.',
      inputSchema: {
        type: 'object',
        properties: { message: { type: 'string', description: 'Any text' } },
        required: ['message'],
        additionalProperties: false,
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: ({ message }) => ({ text: String(message) }),
    },
    add: {
      title: 'Add',
      description: 'Adds two numbers.',
      inputSchema: {
        type: 'object',
        properties: { a: { type: 'number' }, b: { type: 'number' } },
        required: ['a', 'b'],
        additionalProperties: false,
      },
      outputSchema: {
        type: 'object',
        properties: { sum: { type: 'number' } },
        required: ['sum'],
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run({ a, b }) {
        const structured = { sum: Number(a) + Number(b) }
        return { text: JSON.stringify(structured), structured }
      },
    },
    server_info: {
      title: 'Server information',
      description: 'Tells which process answers, and which protocol version it was asked in.',
      inputSchema: { type: 'object', properties: {}, additionalProperties: false },
      annotations: { readOnlyHint: true, openWorldHint: false },
      run: (_args, { protocolVersion }) => ({
        text: JSON.stringify({
          ...IMPLEMENTATION,
          protocolVersion,
          node: process.version,
          pid: process.pid,
        }),
      }),
    },
    slow: {
      title: 'Slow work',
      description: 'Works step by step, reports progress after each one, and can be cancelled.',
      inputSchema: {
        type: 'object',
        properties: {
          steps: { type: 'integer', minimum: 1, maximum: 100, default: 5 },
          stepMs: {
            type: 'integer',
            minimum: 0,
            maximum: 60_000,
            default: 500,
            description: 'Milliseconds that each step takes',
          },
        },
        additionalProperties: false,
      },
      annotations: { readOnlyHint: true, openWorldHint: false },
      async run({ steps = 5, stepMs = 500 }, { signal, progress }) {
        const total = Number(steps)
        for (let step = 1; step <= total; step++) {
          await delay(Number(stepMs), undefined, { signal })
          progress(step, total, `Step ${step} of ${total}`)
        }
        return { text: `Done after ${total} steps` }
      },
    },
    roll_dice: {
      title: 'Roll dice',
      description: 'Rolls dice and adds the result to the resource sample://rolls.',
      inputSchema: {
        type: 'object',
        properties: {
          sides: { type: 'integer', minimum: 2, maximum: 1000, default: 6 },
          count: { type: 'integer', minimum: 1, maximum: 20, default: 1 },
        },
        additionalProperties: false,
      },
      annotations: { readOnlyHint: false, openWorldHint: false },
      run({ sides = 6, count = 1 }, { changed }) {
        const roll = (): number => 1 + Math.floor(Math.random() * Number(sides))
        const text = Array.from({ length: Number(count) }, roll).join(' ')
        rolls.unshift(`${count}d${sides}: ${text}`)
        rolls.length = Math.min(rolls.length, KEPT_ROLLS)
        changed(ROLLS_URI)
        return { text }
      },
    },
  }

  const prompts: Record<string, Prompt> = {
    greet: {
      title: 'Greeting',
      description: 'Asks for a greeting.',
      arguments: [
        { name: 'name', description: 'Who is greeted', required: true },
        { name: 'style', description: 'Such as friendly or formal', required: false },
      ],
      text: ({ name, style = 'friendly' }) => `Greet ${name} in a ${style} way, in one sentence.`,
    },
  }

  const resources: Record<string, Resource> = {
    'sample://readme': {
      name: 'readme',
      title: 'About this server',
      description: 'What the sample server offers.',
      mimeType: 'text/markdown',
      read: () => README,
    },
    [ROLLS_URI]: {
      name: 'rolls',
      title: 'Last dice rolls',
      description: 'The last results of roll_dice, newest first.',
      mimeType: 'text/plain',
      read: () => (rolls.length === 0 ? 'No dice have been rolled yet.' : rolls.join('\n')),
    },
  }

  return {
    tools: new Map(Object.entries(tools)),
    prompts: new Map(Object.entries(prompts)),
    resources: new Map(Object.entries(resources)),
  }
}

/** What is wrong with the arguments of a tool, or undefined. */
export function checkArguments(
  tool: Tool,
  args: Readonly<Record<string, unknown>>,
): string | undefined {
  return check(tool.inputSchema, args)
}
