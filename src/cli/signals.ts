import { constants } from 'node:os'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/**
 * Waits for SIGTERM or SIGINT, then stops what runs. A second signal ends the process at once, with
 * the exit code that shells give a process that a signal ended.
 */
export async function stopOnSignal(stop: () => Promise<void>): Promise<void> {
  await new Promise<void>(resolve => {
    for (const signal of SIGNALS) process.once(signal, () => resolve())
  })
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal)
    process.once(signal, () => process.exit(128 + constants.signals[signal]))
  }
  await stop()
}
