import * as z from 'zod'
import {
  type AuthorizationPolicy,
  authorization,
  type McpAuthorizationPolicy,
  mcpAuthorization,
} from './authorization.ts'
import { checked, type Fail, object, text } from './object.ts'
import { type RouteConfig, route } from './route.ts'
import { type TlsConfig, tls } from './tls.ts'
import { hostname, httpOrigin, listenAddress, nonEmpty, port } from './value.ts'

/** What holds for every route of a listener. */
export type ListenerPolicies = {
  readonly authorization?: AuthorizationPolicy | undefined
  readonly mcpAuthorization?: McpAuthorizationPolicy | undefined
}

export type ListenerConfig = ListenerPolicies & {
  readonly name?: string | undefined
  readonly hostname?: string | undefined
  readonly protocol?: 'HTTP' | 'HTTPS' | undefined
  readonly tls?: TlsConfig | undefined
  readonly publicUrl?: string | undefined
  readonly policies?: ListenerPolicies | undefined
}

export type BindConfig = {
  readonly port: number
  readonly address?: string | undefined
  readonly listeners: readonly (ListenerConfig & {
    readonly routes?: readonly RouteConfig[] | undefined
  })[]
}

/** One listener in place, or several. */
export type GatewayConfig = ListenerConfig & {
  readonly port: number
  readonly address?: string | undefined
  readonly listeners?: readonly ListenerConfig[] | undefined
}

const protocol: z.ZodType<'HTTP' | 'HTTPS', string> = text(
  'HTTP or HTTPS',
  value => (value === 'HTTP' || value === 'HTTPS' ? value : undefined),
  { hint: 'TLS, TCP and HBONE listeners are not supported yet' },
)

const policies = {
  authorization: authorization.optional().describe('Who may send requests to any of its routes'),
  mcpAuthorization: mcpAuthorization
    .optional()
    .describe('Ours. Who may see and use which tools, on any of its routes'),
}

const members = {
  hostname: hostname
    .optional()
    .describe('Host name that it is for, *.example for all below; left out: all'),
  protocol: protocol.optional().describe('HTTP, or HTTPS when there is tls'),
  tls: tls.optional().describe('Certificate and key'),
  publicUrl: httpOrigin
    .optional()
    .describe('Ours. The origin under which clients reach this listener'),
  policies: object(policies, 'gateway').optional().describe('What holds for all of its routes'),
}

const place = {
  port: port.describe('TCP port; 0: any that is free'),
  address: listenAddress
    .optional()
    .describe('Ours. Address to listen on, such as 127.0.0.1; left out: all interfaces'),
}

const name = nonEmpty.optional().describe('Name in logs and metrics')

function checkTls(listener: Readonly<Record<string, unknown>>, fail: Fail): void {
  if (listener.protocol === 'HTTPS' && listener.tls === undefined) {
    fail('HTTPS needs tls', ['protocol'], 'Add tls: {cert: FILE, key: FILE}')
  }
  if (listener.protocol === 'HTTP' && listener.tls !== undefined) {
    fail('tls does not go together with HTTP', ['tls'], 'Write protocol: HTTPS, or leave it out')
  }
}

export const bind: z.ZodType<BindConfig> = object(
  {
    ...place,
    listeners: z
      .array(
        checked(
          object(
            {
              name,
              ...members,
              routes: z.array(route).optional().describe('What it serves'),
            },
            'listener',
          ),
          checkTls,
        ),
      )
      .min(1)
      .describe('One per host name'),
  },
  'bind',
)

export const gateway: z.ZodType<GatewayConfig> = checked(
  object(
    {
      ...place,
      name,
      ...members,
      ...policies,
      listeners: z
        .array(checked(object({ name, ...members, ...policies }, 'listener'), checkTls))
        .min(1)
        .optional()
        .describe(
          'Several listeners on one port, in place of hostname, protocol, tls and policies',
        ),
    },
    'gateway',
  ),
  (gatewayMembers, fail) => {
    checkTls(gatewayMembers, fail)
    if (gatewayMembers.listeners === undefined) return
    for (const key of Object.keys({ ...members, ...policies }).filter(
      one => gatewayMembers[one] !== undefined,
    )) {
      fail(`${key} belongs to each of the listeners`, [key], 'Move it below listeners')
    }
  },
)
