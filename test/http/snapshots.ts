import type {
  Bind,
  HttpBackend,
  HttpHost,
  Listener,
  Match,
  Route,
} from '../../src/config/snapshot.ts'

/** Pieces of a snapshot with nothing special about them. */
export function route(changes: Partial<Route> = {}): Route {
  return {
    id: 'route',
    origin: { source: 'test' },
    hostnames: [],
    matches: [match()],
    path: '/',
    publicOrigins: ['http://localhost:3000'],
    cors: undefined,
    authentication: undefined,
    refusals: undefined,
    authorization: [],
    mcpAuthorization: undefined,
    rateLimits: [],
    responseHeaders: undefined,
    timeoutMs: undefined,
    backend: httpBackend(),
    ...changes,
  }
}

export function match(path = 'prefix /', changes: Partial<Match> = {}): Match {
  const [kind, value = ''] = path.split(' ')
  return {
    path: { kind: kind as 'exact', value },
    method: undefined,
    headers: [],
    query: [],
    ...changes,
  }
}

export function httpBackend(...origins: string[]): HttpBackend {
  return {
    kind: 'http',
    hosts: origins.map(origin => httpHost(origin)),
    host: 'own',
    path: undefined,
  }
}

export function httpHost(origin: string, changes: Partial<HttpHost> = {}): HttpHost {
  return {
    origin,
    weight: 1,
    auth: { kind: 'none' },
    tls: undefined,
    requestHeaders: undefined,
    responseHeaders: undefined,
    ...changes,
  }
}

export function listener(changes: Partial<Listener> = {}): Listener {
  return {
    name: 'listener',
    origin: { source: 'test' },
    hostname: undefined,
    tls: undefined,
    allowedHosts: undefined,
    routes: [],
    ...changes,
  }
}

export function bind(changes: Partial<Bind> = {}): Bind {
  return { port: 0, address: '127.0.0.1', listeners: [listener()], ...changes }
}
