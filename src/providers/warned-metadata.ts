import type { ProviderMetadata } from './discovery.ts'
import { type ProviderUse, unmetExpectations } from './expectations.ts'
import type { ProviderProfile } from './profile.ts'

/** Metadata that says in the log, the first time that it is there, what will not work with this provider. */
export function createWarnedMetadata(
  metadata: ProviderMetadata,
  issuer: string,
  profile: ProviderProfile,
  use: ProviderUse,
  log: { warn(fields: object, message: string): void },
): ProviderMetadata {
  let said = false
  return {
    async get() {
      const members = await metadata.get()
      const lacks = said ? [] : unmetExpectations(profile, members, use)
      said = true
      for (const sentence of lacks) log.warn({ provider: issuer }, sentence)
      return members
    },
  }
}
