import { createInterface } from 'node:readline'
import { createProtocol } from './sample-protocol.ts'

/**
 * The MCP server of the demo and of the tests, over stdio: JSON-RPC messages, one per line. Needs
 * nothing but node: `node dist/dev/sample-server.js`. Ends when its standard input does.
 */
const protocol = createProtocol(message => {
  process.stdout.write(`${JSON.stringify(message)}\n`)
})

createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })
  .on('line', line => {
    if (line.trim() !== '') protocol.receive(line)
  })
  .on('close', protocol.close)

process.on('SIGTERM', () => {
  protocol.close()
  process.stdin.destroy()
})

// The client is gone; there is nobody left to answer.
process.stdout.on('error', () => process.exit(0))
