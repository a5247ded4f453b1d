import type { GatewayOptions } from '../../src/gateway.ts'
import { configuration, httpTarget } from '../support/configuration.ts'
import { startTestGateway, type TestGateway } from '../support/gateway.ts'

/** A gateway before the MCP server at `upstream`; `policy` are members of `mcpAuthentication` in flow style. */
export function startProxy(
  upstream: string,
  policy: string,
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  const policies = `{mcpAuthentication: {${policy}}}`
  return startTestGateway(configuration([{ policies, backend: httpTarget(upstream) }]), options)
}
