import * as z from 'zod'
import { namedBackend, type ServiceBackendConfig } from './backend.ts'
import { type BindConfig, bind, type GatewayConfig, gateway } from './listener.ts'
import { type McpBlockConfig, mcpBlock } from './mcp-block.ts'
import { object } from './object.ts'
import { type ProcessConfig, processConfig } from './process.ts'
import { type AttachedRouteConfig, attachedRoute } from './route.ts'

/** The whole file. */
export type Configuration = {
  readonly config?: ProcessConfig | undefined
  readonly binds?: readonly BindConfig[] | undefined
  readonly gateways?: Readonly<Record<string, GatewayConfig>> | undefined
  readonly routes?: readonly AttachedRouteConfig[] | undefined
  readonly mcp?: McpBlockConfig | undefined
  readonly backends?: readonly (ServiceBackendConfig & { readonly name: string })[] | undefined
}

export const configuration: z.ZodType<Configuration> = object(
  {
    config: processConfig.optional().describe('What holds for the whole process'),
    binds: z.array(bind).optional().describe('The tree form: ports with listeners with routes'),
    gateways: z
      .record(z.string(), gateway)
      .optional()
      .describe('The flat form: ports and listeners by name; routes name them'),
    routes: z.array(attachedRoute).optional().describe('The flat form: routes of gateways'),
    mcp: mcpBlock.optional().describe('The short form: one MCP endpoint'),
    backends: z
      .array(namedBackend)
      .optional()
      .describe('Backends that several routes or targets name'),
  },
  'document',
)
