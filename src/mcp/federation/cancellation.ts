/** Lets somebody cancel what has not begun yet. */
export type Cancelled = { by(cancel: () => void): void; readonly cancel: () => void }

export function cancellation(): Cancelled {
  let wanted = false
  let act: (() => void) | undefined
  return {
    by(cancel) {
      act = cancel
      if (wanted) cancel()
    },
    cancel() {
      wanted = true
      act?.()
    },
  }
}
