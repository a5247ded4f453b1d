// Loaded into a gateway with `--import`: answers on the channel of its parent how much memory it holds, so that the program
// that is measured is the program itself. Needs --expose-gc.
process.on('message', question => {
  if (question === 'collect') globalThis.gc?.()
  const { rss, heapUsed, external } = process.memoryUsage()
  process.send?.({ rss, heapUsed, external })
})
// The channel alone keeps no gateway alive.
process.channel?.unref()
