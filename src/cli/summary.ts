import type { Served } from '../served.ts'
import { columns } from './help.ts'

const SHOWN = 25

/** What a gateway serves, as it tells at the start: one block of aligned lines for each route. */
export function summary(served: readonly Served[]): string {
  const blocks = served.slice(0, SHOWN).map(block)
  const more = served.length - SHOWN
  return [...blocks, ...(more > 0 ? [`… and ${more} more routes`] : [])].join('\n\n')
}

function block(route: Served): string {
  const rows: [string, string | undefined][] = [
    ['listener', route.listener],
    ['route', route.route],
    ['mode', route.mode],
    ['provider', route.provider],
    ['metadata', route.metadataUrl],
    ['callback', route.callbackUrl && `${route.callbackUrl} (register it at the provider)`],
    ['targets', route.targets.join(', ')],
  ]
  const given = rows.filter((row): row is [string, string] => Boolean(row[1]))
  return [route.url, ...columns(given).map(line => `  ${line}`)].join('\n')
}
