import { readFileSync } from 'node:fs'

/** The chart as helm renders it; comes with the program. */
const TEMPLATE = new URL('../../deploy/manifests.yaml', import.meta.url)

/**
 * Everything that an installation in a cluster consists of, for `kubectl apply`.
 *
 * @throws Error when the program came without the file
 */
export function manifests(
  name: string,
  namespace: string,
  gatewayClasses: readonly string[],
): string {
  return readFileSync(TEMPLATE, 'utf8')
    .replaceAll('name-of-portcullis', name)
    .replaceAll('namespace-of-portcullis', namespace)
    .replace(/^( *)- --gateway-class=portcullis$/m, (_line, indent: string) =>
      gatewayClasses.map(one => `${indent}- --gateway-class=${one}`).join('\n'),
    )
}
