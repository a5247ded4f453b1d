// The gateway's own cookies: sealed state of a login, of no use and no concern to a backend.
const own = /^(?:__Host-|__Secure-)?portcullis/

/** A Cookie header without the cookies of the gateway and without the one named `drop`; empty when none is left. */
export function withoutCookies(header: string, drop?: string): string {
  if (drop === undefined && !header.includes('portcullis')) return header
  return header
    .split(';')
    .map(pair => pair.trim())
    .filter(pair => {
      const name = pair.split('=', 1)[0]?.trim() ?? ''
      return pair !== '' && name !== drop && !own.test(name)
    })
    .join('; ')
}
