import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Arguments of node for a process that tells how much memory it holds; it needs a channel (`ipc`). */
export const tellsHeap: readonly string[] = [
  '--expose-gc',
  '--import',
  // Beside the sources: what is compiled lies one folder below them.
  fileURLToPath(
    new URL(
      import.meta.url.endsWith('.js') ? '../heap-reporter.js' : 'heap-reporter.js',
      import.meta.url,
    ),
  ),
]

/** Bytes; see process.memoryUsage(). */
export type Heap = { readonly rss: number; readonly heapUsed: number; readonly external: number }

/** @param question `collect`: after what nobody needs has been freed */
export async function heap(child: ChildProcess, question: 'size' | 'collect'): Promise<Heap> {
  const answered = once(child, 'message')
  child.send(question)
  const [answer] = await answered
  return answer as Heap
}
