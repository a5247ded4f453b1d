import { fileURLToPath } from 'node:url'

/** A file of the built program, such as `dev/sample-server.js`; `npm test` has built it. */
export function built(path: string): string {
  return fileURLToPath(new URL(`../../dist/${path}`, import.meta.url))
}
