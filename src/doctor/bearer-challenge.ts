/** Parameters of a `Bearer` challenge, their names in lower case; of one that is given twice, the first. */
export type BearerChallenge = Readonly<Record<string, string>>

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const PARAMETER = new RegExp(
  `^\\s*(${TOKEN})\\s*=\\s*(?:"((?:[^"\\\\]|\\\\.)*)"|([^\\s",]+))\\s*(?:,|$)`,
)

/**
 * Reads `WWW-Authenticate` as a client would (RFC 9110 §11.6.1).
 *
 * @param header several fields joined with commas are one header
 * @returns undefined when there is no challenge of the scheme `Bearer`, or its parameters cannot be read
 */
export function bearerChallenge(header: string | undefined): BearerChallenge | undefined {
  const start = /(?:^|,)\s*Bearer(?:\s+|$)/i.exec(header ?? '')
  if (header === undefined || start === null) return undefined
  const parameters: Record<string, string> = {}
  let rest = header.slice(start.index + start[0].length)
  for (let match = PARAMETER.exec(rest); match !== null; match = PARAMETER.exec(rest)) {
    const [whole, name = '', quoted, bare = ''] = match
    parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? bare
    rest = rest.slice(whole.length)
  }
  // What is left begins another challenge, or cannot be read.
  const isNext = new RegExp(`^\\s*${TOKEN}(?:\\s|$)`).test(rest)
  return rest.trim() === '' || isNext ? parameters : undefined
}
