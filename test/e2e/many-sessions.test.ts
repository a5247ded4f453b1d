import { readdirSync, readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createFolder, type Folder, type Program, start } from '../cli/program.ts'
import { type RecordingServer, startRecordingServer } from '../fixtures/recording-server.ts'
import { federationYaml, http } from '../support/federation.ts'

/** Of one caller, which is as many as one may have. */
const SESSIONS = 10_000
const STREAMS = 500
const MEGABYTE = 1024 * 1024
const AT_ONCE = 16

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

/** A server with as little of its own as possible, so that its process is no part of what is measured. */
async function cheapServer(): Promise<RecordingServer & { streams(): number }> {
  let last = 0
  let streams = 0
  const server = await startRecordingServer(({ method, body }, response) => {
    // What was received is not looked at, and there is a lot of it.
    ;(server.received as unknown[]).length = 0
    if (method === 'GET') {
      streams++
      response.on('close', () => streams--)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': open\n\n')
    } else if (method === 'DELETE') {
      response.writeHead(200, { 'content-length': 0 }).end()
    } else {
      const { id, method: name } = JSON.parse(body.toString())
      if (id === undefined) return void response.writeHead(202, { 'content-length': 0 }).end()
      const opens = name === 'initialize'
      const result = opens
        ? '{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}'
        : '{"content":[]}'
      response.writeHead(200, {
        'content-type': 'application/json',
        ...(opens && { 'mcp-session-id': `${++last}-${'0123456789abcdef'.repeat(2)}` }),
      })
      response.end(`{"jsonrpc":"2.0","id":${id},"result":${result}}`)
    }
  })
  return { ...server, streams: () => streams }
}

type Answer = { readonly status: number; readonly session: string; readonly text: string }

/** Requests over connections that are kept, as those of real clients are. */
function connections(url: string) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE })
  const open = (
    method: string,
    session: string | undefined,
    body: string | undefined,
    own: Agent,
  ): Promise<IncomingMessage> =>
    new Promise((answered, failed) => {
      request(url, {
        method,
        agent: own,
        headers: {
          accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
          'content-type': 'application/json',
          ...(session !== undefined && { 'mcp-session-id': session }),
        },
      })
        .on('response', answered)
        .on('error', failed)
        .end(body)
    })
  return {
    async ask(method: string, session?: string, body?: string): Promise<Answer> {
      const answer = await open(method, session, body, agent)
      let text = ''
      for await (const chunk of answer.setEncoding('utf8')) text += chunk
      return {
        status: answer.statusCode ?? 0,
        session: String(answer.headers['mcp-session-id']),
        text,
      }
    },
    stream: (session: string) => open('GET', session, undefined, new Agent()),
    close: () => agent.destroy(),
  }
}

const INITIALIZE =
  '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}'
const CALL =
  '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"one_x","arguments":{}}}'

async function times<T>(count: number, work: (index: number) => Promise<T>): Promise<T[]> {
  const results: T[] = []
  const indices = Array.from({ length: count }, (_, index) => index).values()
  const worker = async (): Promise<void> => {
    for (const index of indices) results[index] = await work(index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}

function sizeOf({ process }: Program): {
  readonly descriptors: number
  readonly megabytes: number
} {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8')
  const kilobytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1])
  return {
    descriptors: readdirSync(`/proc/${process.pid}/fd`).length,
    megabytes: (kilobytes * 1024) / MEGABYTE,
  }
}

test.skipIf(process.platform !== 'linux')(
  '10,000 sessions and 500 streams take bounded memory, and leave no descriptor behind [SCALE-3]',
  { timeout: 300_000 },
  async ({ annotate }) => {
    const one = await cheapServer()
    const two = await cheapServer()
    onTestFinished(async () => {
      await Promise.all([one.close(), two.close()])
    })
    const targets = [http('one', one.url), http('two', two.url)]
    const file = folder.file('portcullis.yaml', federationYaml(targets, {}, '0b'.repeat(32)))
    const program = start(['-f', file], { folder, environment: { NO_COLOR: '1' } })
    onTestFinished(async () => {
      program.process.kill('SIGKILL')
      await program.ended
    })
    const [, port] = await program.printed(/http:\/\/localhost:(\d+)\/mcp/)
    const { ask, stream, close } = connections(`http://127.0.0.1:${port}/mcp`)
    onTestFinished(close)

    // Before: everything is loaded, compiled and connected.
    for (const { session } of await times(200, () => ask('POST', undefined, INITIALIZE)))
      expect((await ask('DELETE', session)).status).toBe(200)
    const before = sizeOf(program)

    const opened = await times(SESSIONS, () => ask('POST', undefined, INITIALIZE))
    expect(new Set(opened.map(({ status }) => status))).toEqual(new Set([200]))
    const tooMany = await ask('POST', undefined, INITIALIZE)
    expect(tooMany.status).toBe(503)
    expect(tooMany.text).toContain('this caller has 10000 sessions open')

    const streams = await times(STREAMS, index => stream(opened[index]?.session ?? ''))
    expect(new Set(streams.map(({ statusCode }) => statusCode))).toEqual(new Set([200]))
    await expect.poll(() => [one.streams(), two.streams()]).toEqual([STREAMS, STREAMS])
    const calls = await times(SESSIONS, index => ask('POST', opened[index]?.session, CALL))
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set([200]))
    const full = sizeOf(program)
    const more = full.megabytes - before.megabytes
    await annotate(
      `${before.megabytes.toFixed()} MB before, ${more.toFixed()} MB more, ${full.descriptors} descriptors`,
    )
    expect(more).toBeLessThan(150)

    for (const answer of streams) answer.destroy()
    await times(SESSIONS, index => ask('DELETE', opened[index]?.session))
    await expect.poll(() => [one.streams(), two.streams()]).toEqual([0, 0])
    await expect
      .poll(() => Math.abs(sizeOf(program).descriptors - before.descriptors), {
        timeout: 30_000,
        interval: 500,
      })
      .toBeLessThanOrEqual(2)
    expect((await ask('POST', undefined, INITIALIZE)).status).toBe(200)
  },
)
