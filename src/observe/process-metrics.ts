import { readdirSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import type { MetricDescription } from './metric-table.ts'

/** Read at the moment of the scrape; undefined: this system does not say. */
export type ProcessMetric = MetricDescription & {
  readonly type: 'counter' | 'gauge'
  read(): number | undefined
}

/** The process itself, under the names that Prometheus client libraries share. */
export const PROCESS_METRICS: readonly ProcessMetric[] = [
  {
    name: 'process_start_time_seconds',
    type: 'gauge',
    help: 'When the process started, seconds since 1970.',
    labels: [],
    read: () => Math.round(performance.timeOrigin) / 1000,
  },
  {
    name: 'process_cpu_seconds_total',
    type: 'counter',
    help: 'Processor time of the process, user and system.',
    labels: [],
    read() {
      const { user, system } = process.cpuUsage()
      return (user + system) / 1e6
    },
  },
  {
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Memory that the process holds.',
    labels: [],
    read: () => process.memoryUsage.rss(),
  },
  {
    name: 'process_open_fds',
    type: 'gauge',
    help: 'Open file descriptors; on Linux only.',
    labels: [],
    read: openDescriptors,
  },
  {
    name: 'portcullis_event_loop_active_seconds_total',
    type: 'counter',
    help: 'Time that the event loop was busy; its rate is the load of the one thread.',
    labels: [],
    read: () => performance.eventLoopUtilization().active / 1000,
  },
]

function openDescriptors(): number | undefined {
  try {
    // One of them is the folder that is being read.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return undefined
  }
}
