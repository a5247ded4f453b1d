/** What is said about a configuration without any port. */
export const NOTHING: { readonly message: string; readonly hint: string } = {
  message: 'there is nothing to listen on',
  hint: 'Add `mcp:`, `binds:` or `gateways:`',
}
