import { readFileSync } from 'node:fs'
import { examine } from '../doctor/checks.ts'
import { hindrances, knownClients } from '../doctor/clients.ts'
import { gather } from '../doctor/evidence.ts'
import type { Finding } from '../doctor/finding.ts'
import { examineToken } from '../doctor/token-checks.ts'
import { createFetch } from '../http/fetch.ts'
import { UsageError } from './arguments.ts'
import { type Command, defineCommand } from './command.ts'
import { table } from './table.ts'

/** Does what clients do before a login, from outside, and says what keeps whom out. */
export const doctor: Command = defineCommand({
  name: 'doctor',
  summary: 'Ask an MCP URL what clients ask, and say which byte keeps them out.',
  usage: ['doctor URL [--token FILE] [--ca FILE] [--json]'],
  options: {
    token: {
      type: 'string',
      value: 'FILE',
      help: 'An access token to hold against what the URL wants; - reads standard input',
    },
    ca: {
      type: 'string',
      value: 'FILE',
      help: 'Certificate authorities beside those of the system',
    },
    json: { type: 'boolean', help: 'Print the findings as JSON, for programs' },
  },
  accepts: { word: true },
  examples: ['doctor http://localhost:3000/mcp', 'doctor https://gw.example/mcp --token token.txt'],
  async run({ values, word: url = '' }, terminal) {
    if (!/^https?:/.test(url) || !URL.canParse(url))
      throw new UsageError(
        'doctor needs the URL of one MCP endpoint, such as http://localhost:3000/mcp',
      )
    const token = values.token === undefined ? undefined : tokenOf(values.token)
    const { fetch, close } = createFetch({ ca: values.ca && readOption('--ca', values.ca) })
    try {
      const evidence = await gather(fetch, url)
      const findings = [
        ...examine(evidence),
        ...(token === undefined ? [] : await examineToken(fetch, evidence, token, Date.now())),
      ]
      const clients = knownClients.map(client => ({
        name: client.name,
        hindrances: hindrances(client, findings),
      }))
      const broken = findings.some(({ state }) => state === 'broken')
      terminal.print(
        values.json
          ? JSON.stringify({ url, broken, findings, clients }, undefined, 2)
          : [url, '', ...findings.flatMap(lines), '', ...clientLines(clients)].join('\n'),
      )
      return broken ? 1 : 0
    } finally {
      await close()
    }
  },
})

const MARKS: Readonly<Record<Finding['state'], string>> = {
  fine: 'ok     ',
  weak: 'weak   ',
  broken: 'BROKEN ',
}

function lines({ state, says, evidence, change }: Finding): readonly string[] {
  const indent = ' '.repeat(MARKS[state].length)
  return [
    `${MARKS[state]}${says}`,
    ...evidence.map(line => `${indent}${line}`),
    ...(change === undefined ? [] : [`${indent}change  ${change}`]),
  ]
}

function clientLines(
  clients: readonly { readonly name: string; readonly hindrances: readonly string[] }[],
): readonly string[] {
  return table(
    clients.map(({ name, hindrances }) => [
      name,
      hindrances.length === 0 ? 'can log in' : `cannot: ${hindrances.join(', ')}`,
    ]),
  )
}

/** The token alone, without the scheme or spaces around it. */
function tokenOf(file: string): string {
  const text = file === '-' ? readFileSync(0, 'utf8') : readOption('--token', file)
  return text.trim().replace(/^Bearer\s+/i, '')
}

/** @throws UsageError for a file that cannot be read */
function readOption(option: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`${option}: the file ${file} cannot be read`)
  }
}
