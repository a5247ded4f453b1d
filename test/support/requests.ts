import { type Answer, post } from './http.ts'

export type Era = 'legacy' | 'modern'

type Params = { readonly name?: string; readonly uri?: string } & Readonly<Record<string, unknown>>

const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** One request without a session in each era, with the id 7; the answer as it came. */
export const ERAS: Readonly<
  Record<
    Era,
    (
      url: string,
      method: string,
      params: Params,
      headers?: Readonly<Record<string, string>>,
    ) => Promise<Answer>
  >
> = {
  legacy: (url, method, params, headers) =>
    post(url, { jsonrpc: '2.0', id: 7, method, params }, headers),
  modern(url, method, params, headers) {
    const named = params.name ?? params.uri
    return post(
      url,
      { jsonrpc: '2.0', id: 7, method, params: { ...params, _meta: META } },
      {
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        ...(named === undefined ? {} : { 'mcp-name': named }),
        ...headers,
      },
    )
  },
}
