import type { Authenticator } from '../auth/authenticator.ts'
import type { AuthorizationServer } from '../authserver/authorization-server.ts'
import type { Route } from '../config/snapshot.ts'
import type { LegacyContext } from '../mcp/legacy.ts'
import type { WellKnown } from './endpoints.ts'
import type { Proxy as HttpProxy } from './proxy.ts'
import type { Protection } from './public-url.ts'

/** A route with everything alive that it needs; made by the runtime, used by the gate. */
export type ServedRoute = {
  readonly route: Route
  /** By public origin; empty where nothing is protected. */
  readonly protections: ReadonlyMap<string, Protection>
  readonly authenticator: Authenticator | undefined
  readonly authorizationServer: AuthorizationServer | undefined
  /** Reads a well-known document of the target, where the route leaves authentication to it. */
  readonly targetDocument:
    | ((document: WellKnown) => Promise<TargetDocument | undefined>)
    | undefined
  readonly serves:
    | { readonly kind: 'mcp'; readonly context: LegacyContext }
    | { readonly kind: 'http'; readonly proxy: HttpProxy }
}

export type TargetDocument = { readonly status: number; readonly body: string }
