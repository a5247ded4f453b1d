const PREFIX = '=?base64?'
const SUFFIX = '?='

/** Header values as SEP-2243 writes them: in base64 where they are not plain visible ASCII. */
export function encodeHeaderValue(value: string): string {
  const isPlain = /^[!-~](?:[ -~]*[!-~])?$/.test(value)
  if (isPlain && !(value.startsWith(PREFIX) && value.endsWith(SUFFIX))) return value
  return PREFIX + Buffer.from(value).toString('base64') + SUFFIX
}

/** Undefined when the value claims to be base64 and is none. */
export function decodeHeaderValue(value: string): string | undefined {
  if (!value.startsWith(PREFIX) || !value.endsWith(SUFFIX)) return value
  const encoded = value.slice(PREFIX.length, -SUFFIX.length)
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '')
    ? bytes.toString('utf8')
    : undefined
}
