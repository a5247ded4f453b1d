import { expect, test } from 'vitest'
import { messages, read, withPolicies } from './read.ts'

const target = "{name: a, mcp: {host: 'http://h'}}"
const issuer = 'issuer: http://idp.example'

test('what is published and not accepted gets a warning and is still published [META-9]', () => {
  const text = withPolicies(`mcpAuthentication:
  ${issuer}
  resourceMetadata: {scopesSupported: [a, offline_access], bearerMethodsSupported: [header, body, query]}`)
  expect(messages('warning', text)).toEqual([
    'offline_access is no scope of this resource: clients ask the authorization server for it by themselves',
    'body and query will be published, but MCP takes a token from the Authorization header alone',
  ])
  const { snapshot } = read(text)
  const authentication = snapshot?.binds[0]?.listeners[0]?.routes[0]?.authentication
  expect(authentication?.scopes).toEqual(['a', 'offline_access'])
  expect(authentication?.metadata).toEqual({
    bearer_methods_supported: ['header', 'body', 'query'],
  })
})

test('an empty list of audiences does not switch the check off', () => {
  const text = withPolicies(`mcpAuthentication: {${issuer}, audiences: []}`)
  expect(messages('warning', text)).toEqual([
    'an empty list of audiences does not switch the check off: the resource is the audience',
  ])
})

test('an unprotected route that other machines can reach gets a warning [CFG-13]', () => {
  const open = (rest: string) => messages('warning', `mcp: {targets: [${target}], ${rest}}`)
  expect(open('port: 1')).toEqual([
    'the route default asks nobody who they are, and port 1 is open on all interfaces',
  ])
  expect(open('address: 10.0.0.5')).toEqual([
    'the route default asks nobody who they are, and port 3000 is open on 10.0.0.5',
  ])
  expect(open('address: 127.0.0.1')).toEqual([])
  expect(open(`policies: {mcpAuthentication: {${issuer}}}`)).toEqual([])
})

test('ports used twice are errors, listeners of the same host get a warning [CFG-11]', () => {
  const bind = (port: number, more = '') =>
    `{port: ${port}, ${more} listeners: [{routes: [{backends: [{host: 'h:1'}]}]}]}`
  const errors = (...binds: readonly string[]) => messages('error', `binds: [${binds.join(', ')}]`)
  expect(errors(bind(1), bind(1))).toEqual(['port 1 is used twice, by bind0 and bind1'])
  expect(errors(bind(1, 'address: 127.0.0.1,'), bind(1))).toHaveLength(1)
  expect(errors(bind(1, 'address: 127.0.0.1,'), bind(1, 'address: 10.0.0.5,'))).toEqual([])
  expect(errors(bind(0), bind(0))).toEqual([])
  expect(messages('error', `config: {adminAddr: 'localhost:1'}\nbinds: [${bind(1)}]`)).toEqual([
    'port 1 is used twice, by an address of config and bind0',
  ])

  const routes = "routes: [{backends: [{host: 'h:1'}]}]"
  expect(
    messages(
      'warning',
      `binds: [{port: 1, address: '::1', listeners: [{name: a, ${routes}}, {name: b, ${routes}}]}]`,
    ),
  ).toEqual(['the listeners bind0/a and bind0/b of port 1 are for the same hosts'])
})

test('routes of one listener have names of their own', () => {
  const text = `binds: [{port: 1, address: '::1', listeners: [{routes: [
  {name: r, backends: [{host: 'h:1'}]}, {name: r, backends: [{host: 'h:2'}]}]}]}]`
  expect(messages('error', text)).toEqual(['two routes of the listener bind0 are called r'])
})

test('a host name that the listener never serves gets a warning', () => {
  const text = `binds: [{port: 1, address: '::1', listeners: [{hostname: '*.a.example', routes: [
  {hostnames: [b.example], backends: [{host: 'h:1'}]}]}]}]`
  expect(messages('warning', text)).toEqual([
    'b.example never reaches the route: its listener is for *.a.example',
  ])
})

test('a session key has 64 hex characters', () => {
  const text = `config: {session: {key: 'abc'}}\nmcp: {address: '::1', targets: [${target}]}`
  expect(messages('error', text)).toEqual(['expected a key of 64 hex characters, got 3 of them'])
})
