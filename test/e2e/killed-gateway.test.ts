import { existsSync, readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFolder, type Folder, type Program, start } from '../cli/program.ts'
import { program } from '../fixtures/program.ts'
import { jsonRpc } from '../fixtures/recording-server.ts'
import { eventually } from '../http/wire.ts'
import { configuration, stdioTarget } from '../support/configuration.ts'
import { post } from '../support/http.ts'

let folder: Folder
beforeEach(() => {
  folder = createFolder()
})
afterEach(() => folder.remove())

/** The built program with one stdio target, and the process that answers behind it. */
async function serve(
  command: string,
  args: string[],
): Promise<{ gateway: Program; url: string; child: number }> {
  const yaml = configuration([{ backend: stdioTarget({ command, args }) }], '{adminAddr: "off"}')
  const gateway = start(['-f', folder.file('portcullis.yaml', yaml)], { folder })
  const [url] = await gateway.printed(/http:\/\/localhost:\d+\/mcp/)
  const opened = await post(url, jsonRpc('initialize', '0'))
  const headers = { 'mcp-session-id': String(opened.headers['mcp-session-id']) }
  const answer = await post(url, jsonRpc('tools/call', '1', '{"name":"state"}'), headers)
  const { pid } = JSON.parse(answer.json().result.content[0].text)
  return { gateway, url, child: pid }
}

const lives = (pid: number): boolean => {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}

const { command, args } = program('stdio-server')
const wrapped = `${JSON.stringify(command)} ${args.map(arg => JSON.stringify(arg)).join(' ')}`

const COMMANDS: Readonly<Record<string, readonly [string, string[]]>> = {
  'a server': [command, args],
  'a server behind another program, as uv and npx start it': ['sh', ['-c', `${wrapped}; exit $?`]],
}

describe.each(Object.entries(COMMANDS))('%s', (_, [cmd, cmdArgs]) => {
  test('ends when the gateway is killed [STDIO-4]', async () => {
    const { gateway, child } = await serve(cmd, cmdArgs)
    expect(lives(child)).toBe(true)
    gateway.process.kill('SIGKILL')
    expect((await gateway.ended).signal).toBe('SIGKILL')
    await eventually(() => !lives(child))
  })

  test('is gone when SIGTERM has ended the gateway, with exit code 0 [STDIO-4] [CLI-8]', async () => {
    const { gateway, child } = await serve(cmd, cmdArgs)
    gateway.process.kill('SIGTERM')
    expect((await gateway.ended).code).toBe(0)
    expect(lives(child)).toBe(false)
  })
})
