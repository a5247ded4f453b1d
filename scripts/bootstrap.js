// Makes `npm start` and `npm test` work as the first command in a fresh clone: installs what the
// lock file names and compiles src/ to dist/, each only when something newer is there.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Runs one command in the project folder and ends this process with its status if it fails. */
function run(command, args) {
  console.error(`> ${command} ${args.join(' ')}`)
  const windows = process.platform === 'win32'
  const { status } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: windows,
  })
  if (status !== 0) process.exit(status ?? 1)
}

const changed = path => (existsSync(path) ? statSync(path).mtimeMs : 0)

/** The newest change below a folder, in milliseconds since 1970. */
function newest(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((latest, entry) => Math.max(latest, changed(join(entry.parentPath, entry.name))), 0)
}

const installed = changed(join(root, 'node_modules/.package-lock.json'))
if (installed < changed(join(root, 'package-lock.json')))
  run('npm', ['ci', '--no-audit', '--no-fund'])

const built = changed(join(root, 'dist/main.js'))
if (built < Math.max(newest(join(root, 'src')), changed(join(root, 'tsconfig.build.json')))) {
  rmSync(join(root, 'dist'), { recursive: true, force: true })
  run(process.execPath, [
    join(root, 'node_modules/typescript/bin/tsc'),
    '-p',
    'tsconfig.build.json',
  ])
}
