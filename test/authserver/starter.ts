import { afterEach } from 'vitest'
import { type Gateway, type GatewayOptions, startGateway } from './gateway.ts'
import { type Quirks, type QuirkyProvider, startQuirkyProvider } from './quirky-provider.ts'

export type Started = { readonly gateway: Gateway; readonly provider: QuirkyProvider }

/** Starts providers and gateways for the tests of one file, and ends them after each. */
export function starter(): (
  options?: Partial<GatewayOptions>,
  quirks?: Quirks,
) => Promise<Started> {
  const running: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of running.splice(0)) await one.close()
  })
  return async (options = {}, quirks = {}) => {
    const provider = await startQuirkyProvider(quirks)
    running.unshift(provider)
    const gateway = await startGateway({ issuer: provider.issuer, ...options })
    running.unshift(gateway)
    return { gateway, provider }
  }
}
