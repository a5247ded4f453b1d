import { constants } from 'node:os'

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Launchers such as npx pass on the signal that the terminal has sent to everybody already. */
const SAME_SIGNAL_MS = 300

/**
 * Waits for SIGTERM or SIGINT, then stops what runs. A second signal ends the process at once, with
 * the exit code that shells give a process that a signal ended.
 */
export async function stopOnSignal(stop: () => Promise<void>): Promise<void> {
  const first = await new Promise<number>(resolve => {
    for (const signal of SIGNALS) process.once(signal, () => resolve(performance.now()))
  })
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal).on(signal, () => {
      if (performance.now() - first > SAME_SIGNAL_MS) process.exit(128 + constants.signals[signal])
    })
  }
  await stop()
}
