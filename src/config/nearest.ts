/**
 * The candidate that a misspelt word most likely stands for, or undefined when none is close: at most
 * a third of its letters differ (edits and swaps of neighbours), case and separators not counted.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = fold(word)
  let best: { readonly candidate: string; readonly distance: number } | undefined
  for (const candidate of candidates) {
    const distance = editDistance(wanted, fold(candidate))
    const limit = Math.max(1, Math.floor(Math.max(wanted.length, candidate.length) / 3))
    if (distance <= limit && (best === undefined || distance < best.distance)) {
      best = { candidate, distance }
    }
  }
  return best?.candidate
}

const LONGEST = 64

function fold(word: string): string {
  return word.slice(0, LONGEST).toLowerCase().replace(/[-_ ]/g, '')
}

/** Optimal string alignment distance (Damerau-Levenshtein without overlapping swaps). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      )
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      }
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return at(last, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
