export type TypeName =
  | 'Mcp'
  | 'Tool'
  | 'Prompt'
  | 'Resource'
  | 'Task'
  | 'Annotations'
  | 'Identity'
  | 'Request'
  | 'Source'

/**
 * The variables of expressions, as data: what the type checker knows, what messages suggest and what the
 * documentation lists. A member is a type of CEL or the name of another row.
 */
export const MEMBERS: Readonly<Record<TypeName, Readonly<Record<string, string>>>> = {
  Mcp: { method: 'string', tool: 'Tool', prompt: 'Prompt', resource: 'Resource', task: 'Task' },
  Tool: {
    name: 'string',
    target: 'string',
    arguments: 'map<string, dyn>',
    annotations: 'Annotations',
  },
  Prompt: { name: 'string', target: 'string' },
  Resource: { name: 'string', target: 'string' },
  Task: { name: 'string', target: 'string' },
  /** Tool annotations of spec 2025-06-18 and later. */
  Annotations: {
    title: 'string',
    readOnlyHint: 'bool',
    destructiveHint: 'bool',
    idempotentHint: 'bool',
    openWorldHint: 'bool',
  },
  Identity: {
    subject: 'string',
    issuer: 'string',
    client: 'string',
    scopes: 'list<string>',
    roles: 'list<string>',
    anonymous: 'bool',
  },
  Request: {
    method: 'string',
    path: 'string',
    host: 'string',
    headers: 'map<string, string>',
    query: 'map<string, string>',
  },
  Source: { address: 'string' },
}

const REQUEST_VARIABLES = {
  jwt: 'map<string, dyn>',
  apiKey: 'map<string, dyn>',
  identity: 'Identity',
  request: 'Request',
  source: 'Source',
  now: 'google.protobuf.Timestamp',
}

/** `http`: before the body is read. `call`: a classified MCP call. */
export type Stage = 'http' | 'call'

export const VARIABLES: Readonly<Record<Stage, Readonly<Record<string, string>>>> = {
  http: REQUEST_VARIABLES,
  call: { ...REQUEST_VARIABLES, mcp: 'Mcp' },
}

/** The kinds of things that rules are about; the members of `mcp` that stand for them. */
export type Kind = 'tool' | 'prompt' | 'resource' | 'task'
export const KINDS: readonly Kind[] = ['tool', 'prompt', 'resource', 'task']

export function isTypeName(type: string | undefined): type is TypeName {
  return type !== undefined && Object.hasOwn(MEMBERS, type)
}

export function isKind(name: string | undefined): name is Kind {
  return (KINDS as readonly (string | undefined)[]).includes(name)
}
