/** What the operating system knows about a process and its children: proc(5). Linux only. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

export type Usage = {
  /** CPU time since the start, user and system, of the process and all its children. */
  readonly cpuUs: number
  /** Resident memory, bytes. */
  readonly rss: number
}

/** USER_HZ is 100 on every architecture that node runs on. */
const tickUs = 10_000
const pageBytes = 4096

export function usage(pid: number): Usage {
  const family = [pid, ...descendants(pid)].flatMap(statOf)
  return {
    cpuUs: family.reduce((sum, { ticks }) => sum + ticks, 0) * tickUs,
    rss: family.reduce((sum, { pages }) => sum + pages, 0) * pageBytes,
  }
}

type Stat = { readonly parent: number; readonly ticks: number; readonly pages: number }

/** Nothing when the process has gone. Children that have ended count with the parent that waited. */
function statOf(pid: number): Stat[] {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the command may hold spaces and brackets.
    const fields = line
      .slice(line.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number)
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
    const ticks = user + system + childUser + childSystem
    return [{ parent: fields[1] ?? 0, ticks, pages: fields[21] ?? 0 }]
  } catch {
    return []
  }
}

const pids = (): number[] => readdirSync('/proc').map(Number).filter(Number.isInteger)

function descendants(pid: number): number[] {
  const parents = pids().flatMap(child => statOf(child).map(({ parent }) => ({ child, parent })))
  const below = (one: number): number[] =>
    parents.flatMap(({ child, parent }) => (parent === one ? [child, ...below(child)] : []))
  return below(pid)
}

/** The process that listens on a TCP port of this machine; undefined: none that we may look into. */
export function listener(port: number): number | undefined {
  const hex = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const sockets = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap(table =>
    readFileSync(table, 'utf8')
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      // Column 3 is the state, 0A is LISTEN.
      .filter(column => column[1]?.endsWith(hex) && column[3] === '0A')
      .map(column => `socket:[${column[9]}]`),
  )
  return pids().find(pid => openFiles(pid).some(file => sockets.includes(file)))
}

function openFiles(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`
    return readdirSync(folder).map(file => readlinkSync(`${folder}/${file}`))
  } catch {
    return []
  }
}
