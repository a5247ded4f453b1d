import type { ListenerConfig } from '../schema/listener.ts'

/** What a listener speaks: as written, else HTTPS where it has a certificate. */
export function protocolOf({ protocol, tls }: ListenerConfig): 'HTTP' | 'HTTPS' {
  return protocol ?? (tls === undefined ? 'HTTP' : 'HTTPS')
}
