// Loaded into a gateway with `--import`: answers on the channel of its parent how large its heap is, so that the program
// that is measured is the program itself. Needs --expose-gc.
import { getHeapStatistics } from 'node:v8'

process.on('message', question => {
  if (question === 'collect') globalThis.gc?.()
  process.send?.(getHeapStatistics().used_heap_size)
})
// The channel alone keeps no gateway alive.
process.channel?.unref()
