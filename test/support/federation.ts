import { startTestGateway, type TestGateway } from './gateway.ts'

export type BackendOptions = {
  readonly prefixMode?: string
  readonly failureMode?: string
  readonly anonymousSessions?: string
  readonly statefulMode?: string
  readonly sessionKey?: string
}

/** A gateway with one route, whose targets are given as flow mappings of YAML without their braces. */
export function startFederation(
  targets: readonly string[],
  { sessionKey, ...options }: BackendOptions = {},
): Promise<TestGateway> {
  return startTestGateway(federationYaml(targets, options, sessionKey))
}

export function federationYaml(
  targets: readonly string[],
  options: Omit<BackendOptions, 'sessionKey'> = {},
  sessionKey?: string,
): string {
  const members = Object.entries(options).map(([name, value]) => `          ${name}: ${value}\n`)
  const config =
    sessionKey === undefined
      ? ''
      : `config: {adminAddr: "off", connectionTerminationDeadline: 1s, logging: {level: debug, format: json}, session: {key: "${sessionKey}"}}\n`
  return `${config}binds:
- port: 0
  address: 127.0.0.1
  listeners:
  - routes:
    - matches: [{path: {exact: /mcp}}]
      backends:
      - mcp:
${members.join('')}          targets:
${targets.map(target => `          - {${target}}\n`).join('')}`
}

export function http(name: string, url: string, more = ''): string {
  return `name: ${name}, mcp: {host: "${url}"}${more}`
}

export function stdio(
  name: string,
  { command, args }: { command: string; args: readonly string[] },
  more = '',
): string {
  return `name: ${name}, stdio: {cmd: "${command}", args: ${JSON.stringify(args)}}${more}`
}
