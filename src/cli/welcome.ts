/** The client of the demo for curl: gets tokens without a login. */
export const MACHINE = { id: 'demo', secret: 'demo', scope: 'mcp:tools' } as const

/** What `demo` prints: where everything is, and how to connect. */
export function welcome(url: string, issuer: string): string {
  return `
Portcullis demo

  MCP server         ${url}
  Identity provider  ${issuer}
  Users              alice (admin, user) and bob (user); the password is the name

Without a token the answer is 401, and it says where to go:

  curl -si -X POST ${url}

Connect a client; it opens a browser for the login:

  Inspector          npx @modelcontextprotocol/inspector
                     then Streamable HTTP, ${url}, Connect
  Claude Code        claude mcp add --transport http portcullis-demo ${url}
                     then /mcp
  VS Code            in .vscode/mcp.json:
                     { "servers": { "portcullis-demo": { "type": "http", "url": "${url}" } } }

Or be the client:

  TOKEN=$(curl -s ${issuer}/token -u ${MACHINE.id}:${MACHINE.secret} \\
    -d grant_type=client_credentials -d scope=${MACHINE.scope} -d resource=${url} \\
    | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
  curl -s ${url} -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'

Ctrl+C ends everything; nothing is kept.
`
}
