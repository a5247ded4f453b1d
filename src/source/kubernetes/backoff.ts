export type Backoff = {
  /** Settles after a while that doubles each time, with chance in it; at once when `signal` fires. */
  readonly wait: (signal: AbortSignal) => Promise<void>
  /** Things work again. */
  readonly reset: () => void
}

/** Replicas that lost the same server must not all come back in the same moment: 50 to 100 % of the step. */
export function createBackoff(
  firstMs: number,
  mostMs: number,
  random: () => number = Math.random,
): Backoff {
  let step = firstMs
  return {
    wait(signal) {
      const time = step * (0.5 + random() / 2)
      step = Math.min(step * 2, mostMs)
      return pause(time, signal)
    },
    reset() {
      step = firstMs
    },
  }
}

/** Settles after the time, or as soon as the signal fires. Never rejects. */
export function pause(timeMs: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, timeMs)
    signal.addEventListener('abort', end)
  })
}
