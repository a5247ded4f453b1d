import * as z from 'zod'
import { type McpAuthorizationPolicy, mcpAuthorization } from './authorization.ts'
import { type BackendAuthPolicy, backendAuth } from './backend-auth.ts'
import { type BackendTlsPolicy, backendTls } from './backend-tls.ts'
import { type HeaderModifierPolicy, headerModifier } from './header-modifier.ts'
import { path } from './match.ts'
import { checked, type Fail, object, oneOf, STRING_NEEDED, text } from './object.ts'
import { boolean, integer, nonEmpty, regex } from './value.ts'

export type TargetConfig = {
  readonly name: string
  readonly mcp?: RemoteTargetConfig | undefined
  readonly sse?: RemoteTargetConfig | undefined
  readonly stdio?: StdioTargetConfig | undefined
  readonly include?: readonly ToolPatternConfig[] | undefined
  readonly exclude?: readonly ToolPatternConfig[] | undefined
  readonly policies?: TargetPolicies | undefined
}

/** A name, or a pattern. */
export type ToolPatternConfig = string | { readonly regex: string }

export type TargetPolicies = {
  readonly requestHeaderModifier?: HeaderModifierPolicy | undefined
  readonly backendAuth?: BackendAuthPolicy | undefined
  readonly backendTLS?: BackendTlsPolicy | undefined
  readonly mcpAuthorization?: McpAuthorizationPolicy | undefined
}

/** One of: `host` as a URL; `host`, `port`, `path`; `backend` (a named one), `path`. */
export type RemoteTargetConfig = {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly path?: string | undefined
  readonly backend?: string | undefined
}

export type StdioTargetConfig = {
  readonly cmd: string
  readonly args?: readonly string[] | undefined
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly clear_env?: boolean | undefined
}

const remote = (defaultPath: string): z.ZodType<RemoteTargetConfig> =>
  checked(
    object({
      host: nonEmpty
        .optional()
        .describe('URL of the server; or only its host name, with port and path beside it'),
      port: integer(1, 65_535).optional().describe('Port, where host is only a name'),
      path: path
        .optional()
        .describe(`Path, where host is only a name or backend is used; left out: ${defaultPath}`),
      backend: nonEmpty.optional().describe('Name of a backend from the top-level list'),
    }),
    checkHostForm,
  )

const FORMS = 'Write host: http://name:port/path, or host, port and path, or backend and path'

function checkHostForm(members: Readonly<Record<string, unknown>>, fail: Fail): void {
  oneOf(['host', 'backend'])(members, fail)
  const { host, port, path: ownPath, backend } = members
  if (backend !== undefined && port !== undefined) {
    fail('port does not go together with backend', ['port'], FORMS)
  }
  if (typeof host !== 'string') return
  if (host.includes('://')) {
    if (port !== undefined) fail('port does not go together with a URL', ['port'], FORMS)
    if (ownPath !== undefined) fail('path does not go together with a URL', ['path'], FORMS)
  } else if (port === undefined) {
    fail('host is neither a URL nor is there a port', ['host'], FORMS)
  }
}

const stdio: z.ZodType<StdioTargetConfig> = object({
  cmd: nonEmpty.describe('Program to start; it talks MCP on its standard input and output'),
  args: z.array(z.string()).optional().describe('Its arguments'),
  env: z
    .record(z.string(), z.string({ error: STRING_NEEDED }))
    .optional()
    .describe('Environment variables to set for it'),
  clear_env: boolean
    .optional()
    .describe('true: it sees only `env`; false: the environment of the gateway as well'),
})

const name: z.ZodType<string, string> = text(
  'a name of lower-case letters, digits, - and .',
  value =>
    /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(value) && value.length <= 253 ? value : undefined,
  { hint: '_ and + stand between target and tool in the names that clients see' },
)

const tools: z.ZodType<readonly ToolPatternConfig[]> = z.array(
  z.union([
    nonEmpty,
    object({ regex: regex.describe('A pattern (RE2 syntax) that the whole name has to match') }),
  ]),
)

export const target: z.ZodType<TargetConfig> = checked(
  object(
    {
      name: name.describe('Name of the target, unique in its backend; prefix of its tools'),
      mcp: remote('/mcp').optional().describe('An MCP server over streamable HTTP'),
      sse: remote('/sse').optional().describe('An MCP server over the old HTTP+SSE transport'),
      stdio: stdio.optional().describe('An MCP server that the gateway starts itself'),
      include: tools
        .optional()
        .describe(
          'Ours. The tools to offer, by the names that the server gives them; left out: all',
        ),
      exclude: tools.optional().describe('Ours. Tools not to offer, even if include names them'),
      policies: object(
        {
          requestHeaderModifier: headerModifier
            .optional()
            .describe('Changes to the headers that the target gets'),
          backendAuth: backendAuth.optional().describe('Which credential the target gets'),
          backendTLS: backendTls
            .optional()
            .describe('How the target is met over TLS, also where its URL is not https'),
          mcpAuthorization: mcpAuthorization
            .optional()
            .describe('Ours. Who may see and use what this target offers'),
        },
        'target policies',
      )
        .optional()
        .describe('What holds for this target only; for stdio only mcpAuthorization'),
    },
    'target',
  ),
  (members, fail) => {
    oneOf(['mcp', 'sse', 'stdio'])(members, fail)
    const { stdio: command, policies } = members
    if (command === undefined || typeof policies !== 'object' || policies === null) return
    for (const policy of Object.keys(policies).filter(one => one !== 'mcpAuthorization')) {
      fail(`${policy} is about HTTP, and a stdio target has none of it`, ['policies', policy])
    }
  },
)
