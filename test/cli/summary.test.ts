import { expect, test } from 'vitest'
import { summary } from '../../src/cli/summary.ts'
import type { Served } from '../../src/served.ts'

const ROUTE: Served = {
  listener: 'http://127.0.0.1:3000',
  route: 'default/tools',
  url: 'http://localhost:3000/mcp',
  mode: 'authorization server proxy',
  provider: 'keycloak',
  metadataUrl: 'http://localhost:3000/.well-known/oauth-protected-resource/mcp',
  callbackUrl: 'http://localhost:3000/oauth/callback',
  targets: ['a (uv run main.py)', 'b (http://localhost:8000/mcp)'],
}

test('start-up prints what is served in aligned lines [CLI-7]', () => {
  expect(summary([ROUTE])).toBe(
    `http://localhost:3000/mcp
  listener  http://127.0.0.1:3000
  route     default/tools
  mode      authorization server proxy
  provider  keycloak
  metadata  http://localhost:3000/.well-known/oauth-protected-resource/mcp
  callback  http://localhost:3000/oauth/callback (register it at the provider)
  targets   a (uv run main.py), b (http://localhost:8000/mcp)`,
  )
})

test('what a route does not have is left out', () => {
  const text = summary([
    {
      ...ROUTE,
      mode: 'passthrough',
      provider: undefined,
      metadataUrl: undefined,
      callbackUrl: undefined,
    },
  ])
  expect(text).not.toMatch(/provider|metadata|callback|undefined/)
})

test('many routes do not flood the terminal', () => {
  const text = summary(Array.from({ length: 100 }, () => ROUTE))
  expect(text.split('\n').length).toBeLessThan(250)
  expect(text).toMatch(/… and 75 more routes$/)
})
