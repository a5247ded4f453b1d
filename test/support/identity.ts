import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdentity, type Identity } from '../fixtures/identity.ts'

/** An identity provider without a server, and what a policy has to say to trust it. */
export type TestIdentity = Identity & {
  /** `issuer` and `jwks` for a policy, in flow style without braces. */
  readonly trust: string
  /** `Authorization: Bearer …` for one resource. */
  bearer(resource: string, claims?: Record<string, unknown>): Promise<{ authorization: string }>
  remove(): Promise<void>
}

export async function createTestIdentity(): Promise<TestIdentity> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-identity-'))
  const identity = await createIdentity(folder)
  return {
    ...identity,
    trust: `issuer: "${identity.issuer}", jwks: {file: "${identity.keySet}"}`,
    bearer: async (resource, claims) => ({
      authorization: `Bearer ${await identity.token(resource, claims)}`,
    }),
    remove: () => rm(folder, { recursive: true }),
  }
}
