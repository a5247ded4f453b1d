import type { ServerResponse } from 'node:http'
import type { Authenticator } from '../auth/authenticator.ts'
import type { AuthFailure } from '../auth/failure.ts'
import type { Identity } from '../auth/identity.ts'
import type { AuthorizationServer } from '../authserver/authorization-server.ts'
import type { Route } from '../config/snapshot.ts'
import type { Call } from '../mcp/call.ts'
import type { Client, Judge, RequestFacts } from '../mcp/client.ts'
import type { LegacyContext } from '../mcp/legacy.ts'
import type { WellKnown } from './endpoints.ts'
import type { EdgeFailure, Failure } from './failure.ts'
import type { Proxy as HttpProxy } from './proxy.ts'
import type { Protection } from './public-url.ts'
import type { Redirect } from './redirect.ts'

/** A route with everything alive that it needs; made by the runtime, used by the gate. */
export type ServedRoute = {
  readonly route: Route
  /** By public origin; empty where nothing is protected. */
  readonly protections: ReadonlyMap<string, Protection>
  readonly authenticator: Authenticator | undefined
  readonly authorizationServer: AuthorizationServer | undefined
  readonly policies: RoutePolicies
  /** Reads a well-known document of the target, where the route leaves authentication to it. */
  readonly targetDocument:
    | ((document: WellKnown, root: boolean) => Promise<TargetDocument | undefined>)
    | undefined
  readonly serves:
    | { readonly kind: 'mcp'; readonly context: LegacyContext }
    | { readonly kind: 'http'; readonly proxy: HttpProxy }
    | { readonly kind: 'redirect'; readonly redirect: Redirect }
    | { readonly kind: 'refusing'; readonly failure: EdgeFailure }
}

/**
 * Rules and limits of a route, as the gate asks for them. An answer of undefined lets pass; what is left of a limit then
 * stands in the headers of the response.
 */
export type RoutePolicies = {
  /** Before anybody is asked who they are. */
  address(request: RequestFacts, response: ServerResponse): Checked
  /** Why a token that nobody has checked yet is not looked at: too many bad ones came from there. */
  untried(request: RequestFacts): AuthFailure | undefined
  /** Whether the request needs no token; left out: it does. */
  readonly exempt?: ((request: RequestFacts) => boolean) | undefined
  /** A bad token came. */
  failed(request: RequestFacts): void
  /** Before a body is read. */
  request(identity: Identity, request: RequestFacts, response: ServerResponse): Checked
  /** Before the call goes anywhere. */
  call(call: Call, client: Client): Checked
  /** What the engine asks about single tools, prompts, resources and tasks. */
  judge(client: Pick<Client, 'identity' | 'request'>): Judge
  /** Scopes that the operation of a request without token needs, if its headers name one. */
  challengeScopes(request: RequestFacts): readonly string[] | undefined
}

export type Checked = Failure | undefined | Promise<Failure | undefined>

export type TargetDocument = { readonly status: number; readonly body: string }
