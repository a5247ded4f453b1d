/**
 * The lines of a stream of bytes, without their line feed.
 *
 * @param maxBytes of one line
 * @throws Error when a line is longer
 */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  maxBytes: number,
): AsyncGenerator<string> {
  let parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      parts.push(chunk.subarray(start, end))
      yield Buffer.concat(parts).toString('utf8')
      parts = []
      size = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    const rest = chunk.subarray(start)
    size += rest.length
    if (size > maxBytes) throw new Error(`a line is longer than ${maxBytes} bytes`)
    parts.push(rest)
  }
  if (parts.length > 0) yield Buffer.concat(parts).toString('utf8')
}

const LF = 0x0a
