import { beforeEach, describe, expect, test } from 'vitest'
import { anonymous, type Identity } from '../../src/auth/identity.ts'
import { Secret } from '../../src/config/secret.ts'
import { createSessions, type Sessions } from '../../src/mcp/sessions.ts'
import { createSealer, generateKey } from '../../src/seal/seal.ts'

const alice: Identity = {
  ...anonymous,
  authenticated: true,
  issuer: 'https://idp.example',
  subject: 'alice',
}
const bob: Identity = { ...alice, subject: 'bob' }
const PARAMETERS = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: undefined }

let now: number
let sessions: Sessions
beforeEach(() => {
  now = 1_000_000
  sessions = createSessions(
    createSealer([new Secret(generateKey())], () => now),
    { idleMs: 1_000, maxMs: 10_000, perIdentity: 2, total: 3 },
    () => now,
  )
})

const open = (identity: Identity): string =>
  sessions.open('r', identity, { t: { id: 'upstream' } }, PARAMETERS)

describe('limits of sessions', () => {
  test('of one caller, and of all together, are said before anything is opened', () => {
    open(alice)
    expect(sessions.full(alice)).toBeUndefined()
    open(alice)
    expect(sessions.full(alice)).toMatchObject({
      kind: 'too_many_sessions',
      detail: expect.stringContaining('this caller'),
    })
    expect(sessions.full(bob)).toBeUndefined()
    open(bob)
    expect(sessions.full(bob)).toMatchObject({ detail: expect.stringContaining('all callers') })
  })

  test('leave room again for what is ended, idle or too old', () => {
    const id = open(alice)
    open(alice)
    const session = sessions.find(id, 'r', alice)
    if (session !== undefined) sessions.end(session)
    expect(sessions.full(alice)).toBeUndefined()
    open(alice)
    expect(sessions.full(alice)).toBeDefined()
    now += 1_001
    expect(sessions.full(alice)).toBeUndefined()
  })

  test('count a session once, however often it is used', () => {
    const id = open(alice)
    for (let use = 0; use < 5; use++) expect(sessions.find(id, 'r', alice)).toBeDefined()
    expect(sessions.full(alice)).toBeUndefined()
  })
})
