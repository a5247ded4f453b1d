import { VERSION } from '../config/version.ts'
import type { Client } from './client.ts'
import type { Outgoing } from './connection.ts'
import { OWN_LEGACY_VERSION } from './eras.ts'
import { offersOf } from './federation/routing.ts'
import { isObject } from './message.ts'
import type { SessionParameters, TargetState } from './session.ts'
import type { Opened } from './target.ts'

/** Name and version of the gateway, where it speaks for itself. */
export const IMPLEMENTATION: { readonly name: string; readonly version: string } = Object.freeze({
  name: 'portcullis',
  version: VERSION,
})

/**
 * What the gateway says in `initialize` on behalf of requests that have no session.
 *
 * @param capabilities that the request declares; nobody can be asked where it declares none
 */
export function ownParameters(capabilities: unknown): SessionParameters {
  return { protocolVersion: OWN_LEGACY_VERSION, capabilities, clientInfo: IMPLEMENTATION }
}

/** `initialize` in the words of the gateway, with the parameters that a client gave. */
export function openingRequest(parameters: SessionParameters, client: Client): Outgoing {
  const text = JSON.stringify({
    jsonrpc: '2.0',
    id: 'initialize',
    method: 'initialize',
    params: { ...parameters, clientInfo: parameters.clientInfo ?? IMPLEMENTATION },
  })
  return { text, method: 'initialize', client }
}

/** What the answer to `initialize` says about the target. */
export function readOpened({ id, message }: Opened): TargetState {
  const result = isObject(message.result) ? message.result : {}
  const { protocolVersion, capabilities } = result
  return {
    id,
    version: typeof protocolVersion === 'string' ? protocolVersion : OWN_LEGACY_VERSION,
    offers: offersOf(capabilities),
  }
}
