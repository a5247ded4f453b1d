import type { IncomingHttpHeaders } from 'node:http'
import type { Call } from '../call.ts'
import type { Client } from '../client.ts'
import { isLegacyRefusal, onlyLegacy } from '../era-mismatch.ts'
import { isObject, type Message } from '../message.ts'
import type { BodyTarget } from '../upstream.ts'

/**
 * Looks at an answer of 4xx to a modern request before it passes: one that tells of a target that is too
 * old is put in words that let the client fall back.
 *
 * @returns undefined: the answer says nothing about the era
 */
export type ModernRefusal = (
  status: number,
  headers: IncomingHttpHeaders,
  call: Call,
  client: Client,
) => BodyTarget | undefined

/** Of an answer that says why it is none. */
const MAX_REFUSAL = 1024 * 1024

export function createModernRefusal(target: string): ModernRefusal {
  return (status, headers, call, client) => {
    if (!isLegacyRefusal(status, undefined)) return undefined
    const chunks: Buffer[] = []
    let size = 0
    return {
      collect: {
        data(chunk) {
          size += chunk.length
          if (size > MAX_REFUSAL) throw new RangeError('the error of the target is too large')
          chunks.push(chunk)
        },
        end() {
          const body = Buffer.concat(chunks)
          if (isLegacyRefusal(status, errorIn(body))) {
            client.fail(onlyLegacy(`target ${target}`, call.version))
            return
          }
          const type = headers['content-type']
          client.response.writeHead(status, {
            ...(type === undefined ? {} : { 'content-type': type }),
            'content-length': body.length,
          })
          client.response.end(body)
        },
      },
    }
  }
}

function errorIn(body: Buffer): Message['error'] {
  try {
    const message: unknown = JSON.parse(body.toString('utf8'))
    return isObject(message) && isObject(message.error) ? (message as Message).error : undefined
  } catch {
    return undefined
  }
}
