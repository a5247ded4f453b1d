/** Parts of a route, each the YAML of one member written in flow style. */
export type RouteParts = {
  readonly match?: string
  readonly policies?: string
  /** `{mcp: …}` or `{host: …}`. */
  readonly backend: string
  readonly hostnames?: string
}

/** One loopback port with one listener with these routes, the members of `config` before it. */
export function configuration(routes: readonly RouteParts[], config?: string): string {
  const head = config === undefined ? '' : `config: ${config}\n`
  return `${head}binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
${routes.map(routeYaml).join('')}`
}

export function routeYaml(parts: RouteParts, index: number): string {
  const { match = '{path: {exact: /mcp}}', policies = '{}', backend, hostnames = '[]' } = parts
  return `    - name: route${index}
      hostnames: ${hostnames}
      matches: [${match}]
      policies: ${policies}
      backends: [${backend}]
`
}

/** A backend of one target over streamable HTTP; `policies` are those of the target. */
export function httpTarget(url: string, policies = '{}'): string {
  return `{mcp: {targets: [{name: up, mcp: {host: "${url}"}, policies: ${policies}}]}}`
}

/** A backend of one target over standard streams; `more` are further members of `stdio`. */
export function stdioTarget(
  { command, args }: { readonly command: string; readonly args: readonly string[] },
  more = '',
): string {
  const stdio = `{cmd: ${JSON.stringify(command)}, args: ${JSON.stringify(args)}${more}}`
  return `{mcp: {targets: [{name: up, stdio: ${stdio}}]}}`
}
