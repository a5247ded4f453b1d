import type { Diagnostic } from '../../config/diagnostic.ts'
import { assemble } from './assemble.ts'
import type { Cluster } from './cluster.ts'
import type { TranslateOptions, Translation } from './translation.ts'

/** Rounds of finding out whose fault an error is; each finds at least one more. */
const MOST_ROUNDS = 8

/**
 * Everything that the objects of a cluster say. What is wrong with one object is said in its status and
 * harms what depends on it, nothing else: resources that cannot be compiled together are put down to the
 * objects that they came from, and left out or closed.
 */
export function translate(cluster: Cluster, options: TranslateOptions): Translation {
  const blamed = new Map<string, string>()
  for (let round = 0; ; round++) {
    const translation = assemble(cluster, options, blamed)
    const errors = options
      .diagnose(translation.resources)
      .filter(({ severity }) => severity === 'error')
    const fresh = errors.filter(({ origin }) => !blamed.has(origin.source))
    if (fresh.length === 0 || round === MOST_ROUNDS) return translation
    for (const error of fresh) blame(blamed, error)
  }
}

function blame(blamed: Map<string, string>, { origin, path, message, hint }: Diagnostic): void {
  const before = blamed.get(origin.source)
  const text = `${path}: ${message}${hint === undefined ? '' : `. ${hint}`}`
  blamed.set(origin.source, before === undefined ? text : `${before}; ${text}`)
}
