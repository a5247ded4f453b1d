/** Whether `host` is `pattern` or, for `*.example`, below it. Both in lower case. */
export function hostFits(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}

/** Whether one host can fit both patterns. */
export function hostsOverlap(a: string, b: string): boolean {
  const [suffixA, suffixB] = [a.slice(1), b.slice(1)]
  if (a.startsWith('*.') && b.startsWith('*.')) {
    return suffixA.endsWith(suffixB) || suffixB.endsWith(suffixA)
  }
  return hostFits(a, b) || hostFits(b, a)
}
