import { isIP } from 'node:net'
import { RE2JS } from 're2js'
import * as z from 'zod'
import type { Address } from '../snapshot.ts'
import { text } from './object.ts'

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const LONGEST_MS = 366 * 86_400_000

/** `30s`, `1h30m`, `1.5s` as milliseconds. */
export const duration: z.ZodType<number, string> = text(
  'a duration such as 500ms, 30s, 10m or 1h',
  value => {
    if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(value) && value !== '0') return undefined
    let total = 0
    for (const [, amount, , unit] of value.matchAll(/(\d+(\.\d+)?)(ms|s|m|h|d)/g)) {
      total += Number(amount) * (UNITS[unit ?? ''] ?? 0)
    }
    return total <= LONGEST_MS ? Math.round(total) : undefined
  },
)

/** A whole number; a string of digits counts, because a variable gives no other. */
export function integer(least: number, most: number): z.ZodType<number, number | string> {
  const range = `a whole number from ${least} to ${most}`
  const inRange = (value: number) =>
    Number.isInteger(value) && value >= least && value <= most ? value : undefined
  const error = `expected ${range}`
  return z.union([
    z.int({ error }).min(least, { error }).max(most, { error }),
    text(range, value => (/^\d{1,15}$/.test(value) ? inRange(Number(value)) : undefined)),
  ])
}

/** 0 stands for any free port. */
export const port: z.ZodType<number, number | string> = integer(0, 65_535)

export const boolean: z.ZodType<boolean, boolean | string> = z.union([
  z.boolean(),
  text('true or false', value => ({ true: true, false: false })[value]),
])

/** An absolute http(s) URL, normalised; no credentials, no fragment. */
export const httpUrl: z.ZodType<string, string> = text(
  'an http or https URL without user name and fragment',
  value => parseHttpUrl(value)?.href,
)

/** As `httpUrl`, but kept as written: an identifier that is compared byte for byte. */
export const httpIdentifier: z.ZodType<string, string> = text(
  'an http or https URL without user name and fragment',
  value => (parseHttpUrl(value) === undefined ? undefined : value),
)

/** `https://gw.example`: scheme, host and port of a public URL. */
export const httpOrigin: z.ZodType<string, string> = text(
  'an origin such as https://gw.example (scheme, host and port, no path)',
  value => {
    const url = parseHttpUrl(value)
    return url?.pathname === '/' && url.search === '' ? url.origin : undefined
  },
)

/** The URL when it is an http(s) URL without credentials and fragment. */
export function parseHttpUrl(value: string): URL | undefined {
  if (!/^https?:\/\//i.test(value) || !URL.canParse(value)) return undefined
  const url = new URL(value)
  const plain = url.username === '' && url.password === '' && !value.includes('#')
  return plain ? url : undefined
}

/** `gw.example` or `*.example`, lower case. */
export const hostname: z.ZodType<string, string> = text(
  'a host name such as gw.example or *.example, without port',
  value => {
    const name = value.toLowerCase()
    const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
    const isName = new RegExp(`^(\\*\\.)?${label}(\\.${label})*$`).test(name) && name.length <= 253
    return isName || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 ? name : undefined
  },
)

/** An IP address or `localhost` to listen on. */
export const listenAddress: z.ZodType<string, string> = text(
  'an IP address or localhost',
  value => {
    const bare = value.replace(/^\[(.*)\]$/, '$1')
    return isIP(bare) !== 0 || bare === 'localhost' ? bare : undefined
  },
)

/** `127.0.0.1:15000`, `[::]:15020`, `localhost:15000`, or `off`. */
export const socketAddress: z.ZodType<Address | 'off', string> = text(
  'host:port such as localhost:15000 or [::]:15020, or off',
  value => {
    if (value === 'off') return 'off'
    const [, v6, host, digits] = /^(?:\[([^\]]+)\]|([^:[\]/]+)):(\d{1,5})$/.exec(value) ?? []
    const name = v6 ?? host
    const number = Number(digits)
    const usable = v6 === undefined || isIP(v6) === 6
    return name !== undefined && usable && number <= 65_535
      ? { host: name, port: number }
      : undefined
  },
)

/** An address or a block of addresses: `10.0.0.0/8`, `::1`. */
export const cidr: z.ZodType<string, string> = text(
  'an IP address or a block such as 10.0.0.0/8',
  value => {
    const [address = '', bits, ...rest] = value.split('/')
    const family = isIP(address)
    if (family === 0 || rest.length > 0) return undefined
    if (bits === undefined) return `${address}/${family === 4 ? 32 : 128}`
    return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128) ? value : undefined
  },
)

/** A pattern in RE2 syntax, which is matched in linear time whatever it is matched against. */
export const regex: z.ZodType<string, string> = text(
  'a regular expression in RE2 syntax',
  value => {
    try {
      RE2JS.compile(value)
      return value
    } catch {
      return undefined
    }
  },
)

/** RFC 9110 §5.6.2 token, lower case. */
export const headerName: z.ZodType<string, string> = text('a header name', value =>
  /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/.test(value) ? value.toLowerCase() : undefined,
)

/** RFC 9110 §5.5: no control characters, so no second header can be smuggled in. */
export const headerValue: z.ZodType<string, string> = text(
  'a header value without line breaks and control characters',
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  value => (/^[^\u0000-\u0008\u000a-\u001f\u007f\u0100-\uffff]*$/.test(value) ? value : undefined),
  { secret: true },
)

/** A word of a closed list, in any case, as the list writes it. */
export function word<const T extends string>(...words: readonly T[]): z.ZodType<T, string> {
  return text(`one of ${words.join(', ')}`, value =>
    words.find(candidate => candidate.toLowerCase() === value.toLowerCase()),
  ).meta({ examples: [...words] })
}

export const nonEmpty: z.ZodType<string, string> = text('a string that is not empty', value =>
  value === '' ? undefined : value,
)
