import { readFileSync } from 'node:fs'
import type { Identity } from '../auth/identity.ts'
import { compile } from '../config/compile.ts'
import { type Diagnostic, formatDiagnostic } from '../config/diagnostic.ts'
import { allProblems } from '../config/problems.ts'
import type { McpAuthorization, Route } from '../config/snapshot.ts'
import { type Authorizer, createAuthorizer, type Use, type Verdict } from '../policy/authorizer.ts'
import type { Item } from '../policy/item.ts'
import type { RequestFacts } from '../policy/request.ts'
import { createRequestAuthorizer } from '../policy/request-authorizer.ts'
import { evaluate, wordFor } from '../policy/rule-set.ts'
import { placeOf, ruleName } from '../policy/wording.ts'
import { profiles } from '../providers/index.ts'
import { StartError } from '../start-error.ts'
import { type Command, defineCommand } from './command.ts'
import { callerOf, itemOf, objectOf } from './explain-input.ts'
import { FILE_OPTION, fileSource } from './file.ts'
import { table } from './table.ts'

const DENIED = 3

/** Says what the rules of a configuration make of one call. */
export const explain: Command = defineCommand({
  name: 'explain',
  summary: 'Say what the rules make of a call, and which one decides.',
  usage: [
    'explain [-f FILE] [--claims JSON | --token FILE] --tool NAME [--target NAME] [--arguments JSON] [--annotations JSON]',
  ],
  options: {
    file: FILE_OPTION,
    route: { type: 'string', value: 'NAME', help: 'Route; the first one for MCP unless given' },
    claims: { type: 'string', value: 'JSON', help: 'Claims of the caller; anonymous unless given' },
    token: { type: 'string', value: 'FILE', help: 'A JWT with the claims; it is not verified' },
    tool: { type: 'string', value: 'NAME', help: 'The tool that is called' },
    prompt: { type: 'string', value: 'NAME', help: 'Or the prompt' },
    resource: { type: 'string', value: 'URI', help: 'Or the resource' },
    target: { type: 'string', value: 'NAME', help: 'Its target; else it stands in the name' },
    arguments: { type: 'string', value: 'JSON', help: 'Arguments of the call; {} unless given' },
    annotations: {
      type: 'string',
      value: 'JSON',
      help: 'What the list of its server says about the tool; else reading it is an error',
    },
    address: { type: 'string', value: 'IP', help: 'Of the caller; 127.0.0.1 unless given' },
  },
  examples: [`explain --claims '{"sub":"ada","scope":"files:read"}' --tool write_file`],
  run({ values }, terminal) {
    const route = routeOf(values.file, values.route, terminal.environment)
    const identity = callerOf(values.claims, values.token, route)
    const item = itemOf(values, route)
    const given = values.arguments === undefined ? {} : objectOf('--arguments', values.arguments)
    const use: Use = { method: METHODS[item.kind], item, arguments: given, listed: false }
    const { verdict, lines } = judge(route, use, identity, values.address)
    const said = wantsToken(route, identity) ? WANTS_TOKEN : wordsFor(verdict)
    const who = identity.authenticated ? identity.subject || 'a caller without subject' : 'nobody'
    terminal.print(
      [`${who}, ${item.kind} ${item.name} of ${item.target}: ${said}`, ...lines].join('\n'),
    )
    return verdict.outcome === 'allowed' && said !== WANTS_TOKEN ? 0 : DENIED
  },
})

const WANTS_TOKEN = 'refused with 401 before any rule is asked, because the route wants a token'

function wantsToken({ authentication }: Route, { authenticated }: Identity): boolean {
  return authentication?.mode === 'strict' && !authenticated
}

const METHODS: Readonly<Record<Item['kind'], string>> = {
  tool: 'tools/call',
  prompt: 'prompts/get',
  resource: 'resources/read',
  task: 'tasks/get',
}

/** @throws StartError for a configuration with errors, or without such a route */
function routeOf(
  file: string | undefined,
  name: string | undefined,
  environment: NodeJS.ProcessEnv,
): Route {
  const loaded = fileSource(file, environment).read()
  const context = { profiles, read: (path: string) => readFileSync(path, 'utf8') }
  const isError = ({ severity }: Diagnostic): boolean => severity === 'error'
  if (loaded.diagnostics.some(isError))
    throw new StartError(allProblems(loaded, context).map(formatDiagnostic).join('\n'))
  const compiled = compile(loaded.resources, context)
  const errors = compiled.diagnostics.filter(isError)
  if (errors.length > 0 || compiled.snapshot === undefined)
    throw new StartError(errors.map(formatDiagnostic).join('\n'))
  const routes = compiled.snapshot.binds
    .flatMap(({ listeners }) => listeners.flatMap(listener => listener.routes))
    .filter(({ backend }) => backend.kind === 'mcp')
  const found =
    name === undefined
      ? (routes.find(({ mcpAuthorization }) => mcpAuthorization !== undefined) ?? routes[0])
      : routes.find(({ id }) => id === name || id.endsWith(`/${name}`))
  if (found !== undefined) return found
  const known = routes.map(({ id }) => id).join(', ')
  throw new StartError(
    name === undefined
      ? 'portcullis: no route of the configuration serves MCP'
      : `portcullis: no route for MCP is called ${name}. Known are ${known}`,
  )
}

const NO_RULES: McpAuthorization = {
  rules: [],
  targetRules: {},
  requiredScopes: [],
  everyCallScopes: [],
  impliedScopes: {},
  denied: 'hide',
}

function judge(
  route: Route,
  use: Use,
  identity: Identity,
  address: string | undefined,
): { readonly verdict: Verdict; readonly lines: readonly string[] } {
  const policy = route.mcpAuthorization ?? NO_RULES
  const request = requestTo(route, address)
  const requests = createRequestAuthorizer(route.authorization, policy.impliedScopes, Date.now)
  const authorizer = createAuthorizer(policy, Date.now)
  const first = requests.decide(identity, request)
  const verdict = first.outcome === 'allowed' ? authorizer.decide(use, identity, request) : first
  const inspected = authorizer.inspect(use, identity, request)
  const rows = [requests.inspect(identity, request), inspected].flatMap(rulesWithValues)
  const scopes = inspected.requiredScopes
  return {
    verdict,
    lines: [
      ...table(rows).map(line => `  ${line}`),
      ...(scopes.length === 0 ? [] : [`  required scopes: ${scopes.join(' ')}`]),
    ],
  }
}

function rulesWithValues({
  rules,
  variables,
}: Pick<ReturnType<Authorizer['inspect']>, 'rules' | 'variables'>): readonly string[][] {
  return rules.rules.map(one => [
    one.rule.effect,
    wordFor(evaluate(one, variables, false)),
    placeOf(one.rule),
    one.rule.expression.replace(/\s+/g, ' '),
  ])
}

function wordsFor(verdict: Verdict): string {
  if (verdict.outcome === 'insufficient_scope')
    return `needs the scopes ${verdict.scopes.join(' ')}`
  const { by } = verdict.ruling
  if (verdict.outcome === 'denied') return `denied by ${ruleName(verdict.ruling)}`
  return by === undefined ? 'allowed, no rule denies it' : `allowed by ${by.effect} ${placeOf(by)}`
}

/** What an MCP client sends, from this machine unless it is said to be elsewhere. */
function requestTo({ path, publicOrigins }: Route, address = '127.0.0.1'): RequestFacts {
  const host = publicOrigins[0] === undefined ? 'localhost' : new URL(publicOrigins[0]).hostname
  return { method: 'POST', path, host, headers: {}, query: '', address }
}
