import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { watch } from 'chokidar'

/** Notices when one of some files has another content. */
export type WatchedFiles = {
  /** From now on these files count, and this is what they held. */
  readonly follow: (contents: Contents) => void
  readonly close: () => Promise<void>
}

/** Digests of files by path. */
export type Contents = ReadonlyMap<string, string>

/** Long enough for an editor to write all parts of a file, or for a volume to swap its links. */
const STILL_MS = 100
/** A folder in which something happens all the time is looked at all the same. */
const LONGEST_WAIT_MS = 1000
/** A file that vanished is waited for: replacing is often removing and creating. */
const LONGEST_ABSENCE_MS = 2000
/** A symbolic link of a link of a link …: as Linux has it. */
const MOST_LINKS = 40

/**
 * Watches the folders of the files and of every symbolic link on the way to them, because editors and
 * mounted ConfigMaps replace a file instead of writing into it. Events only say that something happened;
 * whether it matters is decided by the content.
 *
 * @param known what the files held when they were read
 * @param changed called once things have been still for a moment and the content is another one
 */
export async function watchFiles(known: Contents, changed: () => void): Promise<WatchedFiles> {
  let contents = known
  let places = placesOf(known.keys())
  let timer: NodeJS.Timeout | undefined
  let waitingSince: number | undefined
  let absentSince: number | undefined

  const watcher = watch([...places.folders], {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignored: path => !places.folders.has(path) && !places.entries.has(path),
  })
  const look = () => {
    waitingSince = undefined
    const now = contentsOf(contents.keys())
    const differs = (file: string, digest: string) => contents.get(file) !== digest
    if ([...now].some(([file, digest]) => digest === ABSENT && differs(file, digest))) {
      absentSince ??= performance.now()
      if (performance.now() - absentSince < LONGEST_ABSENCE_MS) return schedule()
    }
    absentSince = undefined
    // A swapped link may lead through other folders.
    move(placesOf(contents.keys()))
    const isNew = [...now].some(([file, digest]) => differs(file, digest))
    contents = now
    if (isNew) changed()
  }
  const schedule = () => {
    waitingSince ??= performance.now()
    if (performance.now() - waitingSince > LONGEST_WAIT_MS) return
    clearTimeout(timer)
    timer = setTimeout(look, STILL_MS)
  }
  const move = (next: Places) => {
    const { folders } = places
    places = next
    watcher.unwatch([...folders].filter(folder => !next.folders.has(folder)))
    watcher.add([...next.folders].filter(folder => !folders.has(folder)))
  }

  // `raw` also tells of what chokidar does not report, such as the swap of a link to a folder.
  watcher.on('all', schedule).on('raw', schedule)
  // A folder that may not be watched is no reason to stop; what it holds is then not noticed.
  watcher.on('error', () => undefined)
  // Without anything to watch it never says that it is ready.
  if (places.folders.size > 0) await new Promise<void>(ready => watcher.once('ready', ready))
  // What happened before the watcher was ready.
  schedule()

  return {
    follow(next) {
      contents = next
      move(placesOf(next.keys()))
    },
    async close() {
      clearTimeout(timer)
      await watcher.close()
    },
  }
}

const ABSENT = 'absent'

/** What the files hold now. */
export function contentsOf(files: Iterable<string>): Contents {
  return new Map([...files].map(file => [file, digestOf(file)]))
}

function digestOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('base64url')
  } catch {
    return ABSENT
  }
}

/** Where something has to happen for one of the files to become another. */
type Places = { readonly folders: ReadonlySet<string>; readonly entries: ReadonlySet<string> }

/** Every symbolic link on the way to each file, the file at the end, and the folders that hold them. */
function placesOf(files: Iterable<string>): Places {
  const entries = new Set<string>()
  for (const file of files) {
    let path = resolve(file)
    for (let links = 0; links < MOST_LINKS; links++) {
      const link = firstLink(path)
      entries.add(link?.path ?? path)
      if (link === undefined) break
      path = join(link.target, path.slice(link.path.length))
    }
  }
  return { entries, folders: new Set([...entries].map(entry => dirname(entry))) }
}

function firstLink(path: string): { readonly path: string; readonly target: string } | undefined {
  for (let end = path.indexOf(sep, 1); ; end = path.indexOf(sep, end + 1)) {
    const part = end === -1 ? path : path.slice(0, end)
    const target = linkTarget(part)
    if (target !== undefined) return { path: part, target }
    if (end === -1) return undefined
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? resolve(dirname(path), readlinkSync(path)) : undefined
  } catch {
    return undefined
  }
}
