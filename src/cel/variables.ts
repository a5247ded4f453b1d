import type { Budget } from './budget.ts'
import type { Kind } from './types.ts'

/** What an expression sees. Members that are left out do not exist for it: reading them is an error. */
export type Variables = {
  readonly jwt: Readonly<Record<string, unknown>>
  readonly apiKey: Readonly<Record<string, unknown>>
  readonly identity: IdentityVariable
  readonly request: RequestVariable
  readonly source: SourceVariable
  readonly now: Date
  readonly mcp?: McpVariable | undefined
  /** Not for operators: see `SPEND`. */
  readonly budget: Budget
}

/** Classes, because the evaluator tells types by constructor, and members of one shape are read fastest. */
export class IdentityVariable {
  readonly subject: string
  readonly issuer: string
  readonly client: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  readonly anonymous: boolean
  readonly #roleNames: RoleNames

  constructor(who: IdentityFacts, roleNames: RoleNames) {
    this.subject = who.subject
    this.issuer = who.issuer
    this.client = who.client
    this.scopes = who.scopes
    this.roles = who.roles
    this.anonymous = who.anonymous
    this.#roleNames = roleNames
  }

  /** A role that belongs to no client, or one of this client. */
  hasRole(role: string, client?: string): boolean {
    const { global, byClient } = this.#roleNames
    if (client === undefined) return global.includes(role)
    return Object.hasOwn(byClient, client) && byClient[client]?.includes(role) === true
  }
}

export type IdentityFacts = Readonly<
  Record<'subject' | 'issuer' | 'client', string> & Record<'scopes' | 'roles', readonly string[]>
> & { readonly anonymous: boolean }

export type RoleNames = {
  readonly global: readonly string[]
  readonly byClient: Readonly<Record<string, readonly string[]>>
}

export class RequestVariable {
  readonly method: string
  readonly path: string
  readonly host: string
  readonly headers: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>

  constructor(
    request: Readonly<Pick<RequestVariable, 'method' | 'path' | 'host' | 'headers' | 'query'>>,
  ) {
    this.method = request.method
    this.path = request.path
    this.host = request.host
    this.headers = request.headers
    this.query = request.query
  }
}

export class SourceVariable {
  readonly address: string

  constructor(address: string) {
    this.address = address
  }
}

/** `mcp`: the method, and the one thing that the call is about, if it is about one. */
export class McpVariable {
  readonly method: string
  readonly tool: ToolVariable | undefined
  readonly prompt: ItemVariable | undefined
  readonly resource: ItemVariable | undefined
  readonly task: ItemVariable | undefined

  constructor(method: string, item?: ItemVariable) {
    this.method = method
    this.tool = item instanceof ToolVariable ? item : undefined
    this.prompt = item?.kind === 'prompt' ? item : undefined
    this.resource = item?.kind === 'resource' ? item : undefined
    this.task = item?.kind === 'task' ? item : undefined
  }
}

export class ItemVariable {
  readonly kind: Kind
  readonly name: string
  readonly target: string

  constructor(kind: Kind, name: string, target: string) {
    this.kind = kind
    this.name = name
    this.target = target
  }
}

export class ToolVariable extends ItemVariable {
  /** Undefined in lists, where nothing is called yet. */
  readonly arguments: Readonly<Record<string, unknown>> | undefined
  /** Undefined while the tool was not seen in a list. */
  readonly annotations: AnnotationsVariable | undefined

  constructor(
    name: string,
    target: string,
    argumentsGiven: Readonly<Record<string, unknown>> | undefined,
    annotations: AnnotationsVariable | undefined,
  ) {
    super('tool', name, target)
    this.arguments = argumentsGiven
    this.annotations = annotations
  }
}

export class PromptVariable extends ItemVariable {
  constructor(name: string, target: string) {
    super('prompt', name, target)
  }
}

export class ResourceVariable extends ItemVariable {
  constructor(name: string, target: string) {
    super('resource', name, target)
  }
}

export class TaskVariable extends ItemVariable {
  constructor(name: string, target: string) {
    super('task', name, target)
  }
}

/** Hints as a server gives them, with the defaults of the specification for those that it leaves out. */
export class AnnotationsVariable {
  readonly title: string
  readonly readOnlyHint: boolean
  readonly destructiveHint: boolean
  readonly idempotentHint: boolean
  readonly openWorldHint: boolean

  constructor(given: Readonly<Record<string, unknown>>) {
    const hint = (name: string, otherwise: boolean): boolean => {
      const value = Object.hasOwn(given, name) ? given[name] : undefined
      return typeof value === 'boolean' ? value : otherwise
    }
    this.title = typeof given.title === 'string' ? given.title : ''
    this.readOnlyHint = hint('readOnlyHint', false)
    this.destructiveHint = hint('destructiveHint', true)
    this.idempotentHint = hint('idempotentHint', false)
    this.openWorldHint = hint('openWorldHint', true)
  }
}
