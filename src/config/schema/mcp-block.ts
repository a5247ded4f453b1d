import type * as z from 'zod'
import { type McpBackendConfig, mcpMembers } from './backend.ts'
import { checked, object, oneOf } from './object.ts'
import { type RoutePolicies, routePolicies } from './policies.ts'
import { gatewayNames } from './route.ts'
import { httpOrigin, listenAddress, port } from './value.ts'

/** The short form: one MCP endpoint in one block. */
export type McpBlockConfig = McpBackendConfig & {
  readonly gateways?: readonly string[] | undefined
  readonly port?: number | undefined
  readonly address?: string | undefined
  readonly publicUrl?: string | undefined
  readonly policies?: RoutePolicies | undefined
}

export const mcpBlock: z.ZodType<McpBlockConfig> = checked(
  object(
    {
      gateways: gatewayNames
        .optional()
        .describe('Gateways that serve it at /mcp and /sse; left out: a port of its own'),
      port: port.optional().describe('Port of its own; 3000 when neither is given'),
      address: listenAddress
        .optional()
        .describe('Ours. Address of the port of its own; left out: all interfaces'),
      publicUrl: httpOrigin.optional().describe('Ours. The origin under which clients reach it'),
      ...mcpMembers,
      policies: routePolicies.optional().describe('What holds for its requests'),
    },
    'route',
  ),
  (members, fail) => {
    oneOf(['gateways', 'port'], true)(members, fail)
    oneOf(['gateways', 'address'], true)(members, fail)
  },
)
