import type { GatewayOptions } from '../../src/gateway.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

/** One protected MCP server at `upstream`; `policy` are members of `mcpAuthentication` in flow style. */
export function proxyYaml(upstream: string, policy: string): string {
  const policies = `{mcpAuthentication: {${policy}}}`
  return configuration([{ policies, backend: httpTarget(upstream) }])
}

export function startProxy(
  upstream: string,
  policy: string,
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  return startTestGateway(proxyYaml(upstream, policy), options)
}
