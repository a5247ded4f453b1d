const PATIENCE_MS = 20_000

/** Repeats a check until it holds; then, or once patience is over, its outcome counts. */
export async function eventually<T>(check: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (performance.now() > deadline) throw error
      await new Promise(resolve => setTimeout(resolve, 100))
    }
  }
}
