// Sets up the realms of the tests at a running Keycloak, through its administration API, so that all
// that is not named here is as Keycloak makes it out of the box. Waits until the server is there.
//
//   node realms.js http://localhost:8080

const server = process.argv[2]
const PATIENCE_MS = 180_000
const POLICY = 'org.keycloak.services.clientregistration.policy.ClientRegistrationPolicy'

const user = (username, password = username, groups = []) => ({
  username,
  enabled: true,
  emailVerified: true,
  email: `${username}@example.test`,
  firstName: username,
  lastName: 'Tester',
  groups,
  credentials: [{ type: 'password', value: password, temporary: false }],
})

const client = (clientId, secret, members) => ({
  clientId,
  secret,
  enabled: true,
  protocol: 'openid-connect',
  publicClient: false,
  standardFlowEnabled: false,
  ...members,
})

const audience = target => ({
  name: 'audience',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-audience-mapper',
  config: { ...target, 'access.token.claim': 'true', 'id.token.claim': 'false' },
})

const groups = {
  name: 'groups',
  protocol: 'openid-connect',
  protocolMapper: 'oidc-group-membership-mapper',
  config: { 'claim.name': 'groups', 'full.path': 'false', 'access.token.claim': 'true' },
}

const scope = (name, kind, mappers = []) => ({ name, kind, mappers })

const TRUST_THIS_MACHINE = { 'Trusted Hosts': { 'trusted-hosts': ['localhost', '127.0.0.1'] } }

const realms = [
  // A gateway that adapts Keycloak; the audience is a name. Strict about refresh tokens.
  {
    realm: {
      realm: 'mcp',
      accessTokenLifespan: 300,
      revokeRefreshToken: true,
      refreshTokenMaxReuse: 0,
    },
    users: [user('alice'), user('bob')],
    scopes: [
      scope('read:all', 'optional'),
      scope('mcp-proxy', 'default', [audience({ 'included.custom.audience': 'mcp_proxy' })]),
    ],
    clients: [
      client('portcullis', 'portcullis-secret', {
        standardFlowEnabled: true,
        redirectUris: ['http://localhost:*'],
      }),
    ],
    policies: TRUST_THIS_MACHINE,
  },
  // An agent with a password and no browser.
  {
    realm: { realm: 'agentgateway' },
    users: [user('agent-user', 'agent-pass')],
    clients: [
      client('mcp-agent', 'agent-secret-123', {
        directAccessGrantsEnabled: true,
        protocolMappers: [audience({ 'included.client.audience': 'mcp-agent' })],
      }),
    ],
  },
  // Anybody may register, from anywhere and from any page; users are in groups.
  {
    realm: { realm: 'mcp-gateway', accessTokenLifespan: 1800, groups: [{ name: 'accounting' }] },
    users: [user('mcp', 'mcp', ['accounting'])],
    scopes: [
      scope('groups', 'optional', [groups, audience({ 'included.custom.audience': 'mcp-server' })]),
    ],
    policies: {
      'Trusted Hosts': undefined,
      'Allowed Registration Web Origins': { 'web-origins': ['*'] },
    },
  },
  // As a new realm is.
  { realm: { realm: 'plain' }, users: [user('alice')] },
]

/** @returns the answer's JSON, or the path of what was made */
async function ask(token, method, path, body) {
  const response = await fetch(`${server}/admin/realms${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
  return text === '' ? response.headers.get('location')?.split('/').at(-1) : JSON.parse(text)
}

/** Tries until the server has started. */
async function administrator() {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      const response = await fetch(`${server}/realms/master/protocol/openid-connect/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'password',
          client_id: 'admin-cli',
          username: 'admin',
          password: 'admin',
        }),
      })
      if (response.ok) return (await response.json()).access_token
    } catch {
      // Not there yet.
    }
    if (Date.now() > deadline) throw new Error(`${server} did not start`)
    await new Promise(resolve => setTimeout(resolve, 500))
  }
}

async function setUp({ realm, users, scopes = [], clients = [], policies = {} }) {
  // Tokens of the administrator live for a minute.
  const token = await administrator()
  const path = `/${realm.realm}`
  await ask(token, 'POST', '', { ...realm, enabled: true })
  for (const one of users) await ask(token, 'POST', `${path}/users`, one)
  for (const { name, kind, mappers } of scopes) {
    const id = await ask(token, 'POST', `${path}/client-scopes`, {
      name,
      protocol: 'openid-connect',
      attributes: { 'include.in.token.scope': 'true', 'display.on.consent.screen': 'true' },
      protocolMappers: mappers,
    })
    await ask(token, 'PUT', `${path}/default-${kind}-client-scopes/${id}`)
  }
  for (const one of clients) await ask(token, 'POST', `${path}/clients`, one)
  for (const [name, change] of Object.entries(policies)) {
    const query = new URLSearchParams({ type: POLICY, name })
    const found = await ask(token, 'GET', `${path}/components?${query}`)
    const policy = found.find(one => one.subType === 'anonymous')
    if (policy === undefined) throw new Error(`${realm.realm} has no anonymous policy ${name}`)
    if (change === undefined) await ask(token, 'DELETE', `${path}/components/${policy.id}`)
    else {
      const config = { ...policy.config, ...change }
      await ask(token, 'PUT', `${path}/components/${policy.id}`, { ...policy, config })
    }
  }
}

for (const realm of realms) await setUp(realm)
