import { expect, test } from 'vitest'
import { problems, type Row, withBackends } from './read.ts'

const AT = 'binds[0].listeners[0].routes[0]'
const TARGETS = `${AT}.backends[0].mcp.targets`
const target = (text: string) => `- mcp: {targets: [${text}]}`

const backends: readonly Row[] = [
  [
    'a name with the delimiter',
    target("{name: a_b, mcp: {host: 'http://h'}}"),
    [
      `error: c.yaml:7:32 ${TARGETS}[0].name: expected a name of lower-case letters, digits, - and ., got "a_b". _ and + stand between target and tool in the names that clients see`,
    ],
  ],
  [
    'no transport',
    target('{name: a}'),
    [`error: c.yaml:7:25 ${TARGETS}[0]: one of mcp, sse, stdio is needed, none is given`],
  ],
  [
    'two transports',
    target("{name: a, mcp: {host: 'http://h'}, stdio: {cmd: x}}"),
    [
      `error: c.yaml:7:67 ${TARGETS}[0].stdio: mcp and stdio exclude each other. Give one of mcp, sse, stdio`,
    ],
  ],
  [
    'a URL with a port beside it',
    target("{name: a, mcp: {host: 'http://h', port: 1}}"),
    [
      `error: c.yaml:7:65 ${TARGETS}[0].mcp.port: port does not go together with a URL. Write host: http://name:port/path, or host, port and path, or backend and path`,
    ],
  ],
  [
    'a host that is nothing',
    target('{name: a, mcp: {host: h}}'),
    [
      `error: c.yaml:7:47 ${TARGETS}[0].mcp.host: host is neither a URL nor is there a port. Write host: http://name:port/path, or host, port and path, or backend and path`,
    ],
  ],
  [
    'a password in a URL',
    target("{name: a, mcp: {host: 'http://me:pw@h'}}"),
    [
      `error: c.yaml:7:47 ${TARGETS}[0].mcp.host: expected an http or https URL without user name and fragment, or a host name. Give credentials with policies.backendAuth`,
    ],
  ],
  [
    'an unknown backend',
    target('{name: a, mcp: {backend: crm}}'),
    [
      `error: c.yaml:7:50 ${TARGETS}[0].mcp.backend: no backend is called crm. Add one with host: to the top-level backends`,
    ],
  ],
  [
    'two targets of one name',
    target('{name: a, stdio: {cmd: x}}, {name: a, stdio: {cmd: y}}'),
    [
      `error: c.yaml:7:60 ${TARGETS}[1].name: two targets of the route route0 are called a. Rename one: the name is the prefix of its tools`,
    ],
  ],
  [
    'policies of a child',
    target('{name: a, stdio: {cmd: x}, policies: {backendAuth: {key: k}}}'),
    [
      `error: c.yaml:7:76 ${TARGETS}[0].policies.backendAuth: backendAuth is about HTTP, and a stdio target has none of it`,
    ],
  ],
  [
    'a number as argument',
    target('{name: a, stdio: {cmd: x, args: [1]}}'),
    [
      `error: c.yaml:7:58 ${TARGETS}[0].stdio.args[0]: expected a string, got 1. Put it in quotes: "1"`,
    ],
  ],
  [
    'no targets',
    '- mcp: {targets: []}',
    [
      `error: c.yaml:7:24 ${TARGETS}: expected at least one target, got an empty list. Add a target, or failureMode: failOpen to serve an empty list`,
    ],
  ],
  [
    'a kind of target that is planned',
    target('{name: a, openapi: {}}'),
    [`error: c.yaml:7:35 ${TARGETS}[0].openapi: openapi is not supported yet. Remove it`],
  ],
  [
    'a kind of backend that is outside',
    '- ai: {}',
    [`error: c.yaml:7:9 ${AT}.backends[0].ai: ai is outside of what Portcullis does. Remove it`],
  ],
  [
    'two MCP backends',
    '- mcp: {targets: [{name: a, stdio: {cmd: x}}]}\n- host: h:1',
    [
      `error: c.yaml:8:9 ${AT}.backends[1]: a route has one MCP backend and no other. Put all MCP servers below \`targets\` of one mcp backend`,
    ],
  ],
  [
    'a host without port',
    '- host: h',
    [
      `error: c.yaml:7:15 ${AT}.backends[0].host: expected host:port such as localhost:8080, or a URL without path, got "h"`,
    ],
  ],
]

test.each(backends)('%s', (_, text, said) => {
  expect(problems(withBackends(text)).filter(line => line.startsWith('error'))).toEqual(said)
})
