import { VERSION } from '../config/version.ts'
import { OWN_LEGACY_VERSION } from './eras.ts'
import type { Message } from './message.ts'

/** The messages with which the gateway opens a legacy session of its own, as text and parsed. */
type Prepared = { readonly text: string; readonly message: Message }

/** Declares no capability: the gateway has no user to ask and no model to sample from. */
export const INITIALIZE: Prepared = prepare({
  jsonrpc: '2.0',
  id: 0,
  method: 'initialize',
  params: {
    protocolVersion: OWN_LEGACY_VERSION,
    capabilities: {},
    clientInfo: { name: 'portcullis', version: VERSION },
  },
})

export const INITIALIZED: Prepared = prepare({
  jsonrpc: '2.0',
  method: 'notifications/initialized',
})

function prepare(message: Message): Prepared {
  return { text: JSON.stringify(message), message }
}
