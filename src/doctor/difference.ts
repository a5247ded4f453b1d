/**
 * Two texts one above the other, with a mark under the first byte that differs.
 *
 * @returns four lines; bytes are counted from 1, in UTF-8
 */
export function difference(got: string, wanted: string): readonly string[] {
  let at = 0
  while (at < got.length && at < wanted.length && got[at] === wanted[at]) at += 1
  const byte = Buffer.byteLength(wanted.slice(0, at)) + 1
  return [
    `got     ${got}`,
    `wanted  ${wanted}`,
    `        ${' '.repeat(at)}^ byte ${byte}: got ${shown(got[at])}, wanted ${shown(wanted[at])}`,
  ]
}

function shown(character: string | undefined): string {
  return character === undefined ? 'the end' : `"${character}"`
}
