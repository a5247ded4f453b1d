import { describe, expect, it } from 'vitest'
import { protectedResourceMetadata } from '../../src/auth/metadata.ts'

const RESOURCE = 'https://gw.example/mcp'
const SERVERS = ['https://idp.example']

describe('protected resource metadata', () => {
  it('has what RFC 9728 and MCP ask for [META-5]', () => {
    const policy = { scopes: undefined, metadata: {} }
    expect(JSON.stringify(protectedResourceMetadata(policy, RESOURCE, SERVERS))).toBe(
      '{"resource":"https://gw.example/mcp","authorization_servers":["https://idp.example"],"bearer_methods_supported":["header"]}',
    )
  })

  it('publishes what was configured as it was given, in place of ours [META-6]', () => {
    const metadata = {
      bearer_methods_supported: ['header', 'body', 'query'],
      resource_documentation: `${RESOURCE}/docs`,
      resource_policy_uri: { any: ['value', 1, null] },
    }
    const policy = { scopes: ['read:all', 'offline_access'], metadata }
    const document = protectedResourceMetadata(policy, RESOURCE, SERVERS)
    expect(document).toEqual({
      resource: RESOURCE,
      authorization_servers: SERVERS,
      scopes_supported: ['read:all', 'offline_access'],
      ...metadata,
    })
    expect(Object.keys(document).slice(0, 4)).toEqual([
      'resource',
      'authorization_servers',
      'scopes_supported',
      'bearer_methods_supported',
    ])
  })

  it('is frozen and leaves the configuration as it is', () => {
    const metadata = { nested: { list: [1] } }
    const document = protectedResourceMetadata({ scopes: [], metadata }, RESOURCE, SERVERS)
    expect(Object.isFrozen(document)).toBe(true)
    expect(Object.isFrozen((document.nested as typeof metadata.nested).list)).toBe(true)
    expect(Object.isFrozen(metadata.nested)).toBe(false)
  })
})
