import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFileSource } from '../../src/source/file.ts'
import type { Source } from '../../src/source/source.ts'
import { createTextSource } from '../../src/source/text.ts'

let folder: string
let stop: (() => Promise<void>) | undefined

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'portcullis-source-')))
})

afterEach(async () => {
  await stop?.()
  stop = undefined
  rmSync(folder, { recursive: true })
})

const at = (...names: readonly string[]) => join(folder, ...names)
const configuration = (port: number, more = '') =>
  `mcp: {port: ${port}, targets: [{name: a, mcp: {host: 'http://h'}}]}\n${more}`
const withKey = (port: number) => configuration(port, 'config: {session: {key: {file: key}}}\n')

/** Reads at each change, as the gateway does, and waits for the next one. */
async function follow(source: Source): Promise<() => Promise<number | undefined>> {
  let changes = 0
  let seen = 0
  let wake: (() => void) | undefined
  source.read()
  stop = await source.watch(() => {
    changes++
    wake?.()
  })
  return async () => {
    if (changes === seen) {
      await new Promise<void>(resolve => {
        wake = resolve
      })
    }
    seen = changes
    return portOf(source)
  }
}

function portOf(source: Source): number | undefined {
  for (const resource of source.read().resources) if (resource.kind === 'bind') return resource.port
  return undefined
}

describe('a file', () => {
  test('names itself and every file in it, from its own folder', () => {
    writeFileSync(at('c.yaml'), withKey(1))
    const { files, diagnostics } = createFileSource(at('c.yaml'), {}).read()
    expect(files).toEqual([at('c.yaml'), at('key')])
    expect(diagnostics).toEqual([])
  })

  test('that cannot be read is a diagnostic', () => {
    const { resources, diagnostics } = createFileSource(at('none.yaml'), {}).read()
    expect(resources).toEqual([])
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        origin: { source: at('none.yaml') },
        path: '',
        message: 'cannot read the file: it does not exist',
        hint: 'Name another one with -f FILE',
      },
    ])
  })

  test('keeps the files that it named while it is broken', () => {
    writeFileSync(at('c.yaml'), withKey(1))
    const source = createFileSource(at('c.yaml'), {})
    const { files } = source.read()
    writeFileSync(at('c.yaml'), 'mcp: [')
    expect(source.read()).toMatchObject({ resources: [], files })
  })
})

describe('a change is noticed [RELOAD-1]', () => {
  test('written in place', async () => {
    writeFileSync(at('c.yaml'), configuration(1))
    const next = await follow(createFileSource(at('c.yaml'), {}))
    writeFileSync(at('c.yaml'), configuration(2))
    expect(await next()).toBe(2)
    writeFileSync(at('c.yaml'), configuration(3))
    expect(await next()).toBe(3)
  })

  test('written anew and renamed, as editors do [RELOAD-2]', async () => {
    writeFileSync(at('c.yaml'), configuration(1))
    const next = await follow(createFileSource(at('c.yaml'), {}))
    for (const port of [2, 3]) {
      writeFileSync(at('c.yaml~'), configuration(port))
      renameSync(at('c.yaml~'), at('c.yaml'))
      expect(await next()).toBe(port)
    }
  })

  test('removed and created again', async () => {
    writeFileSync(at('c.yaml'), configuration(1))
    const next = await follow(createFileSource(at('c.yaml'), {}))
    unlinkSync(at('c.yaml'))
    setTimeout(() => writeFileSync(at('c.yaml'), configuration(2)), 300)
    expect(await next()).toBe(2)
  })

  test('removed for good', async () => {
    writeFileSync(at('c.yaml'), configuration(1))
    const next = await follow(createFileSource(at('c.yaml'), {}))
    unlinkSync(at('c.yaml'))
    expect(await next()).toBeUndefined()
    writeFileSync(at('c.yaml'), configuration(2))
    expect(await next()).toBe(2)
  })

  test('swapped by a link to a folder, as Kubernetes does [RELOAD-2]', async () => {
    const publish = (version: number) => {
      mkdirSync(at(`..v${version}`))
      writeFileSync(at(`..v${version}`, 'c.yaml'), withKey(version))
      writeFileSync(at(`..v${version}`, 'key'), `${version}`)
      symlinkSync(`..v${version}`, at('..data_tmp'))
      renameSync(at('..data_tmp'), at('..data'))
      rmSync(at(`..v${version - 1}`), { recursive: true, force: true })
    }
    publish(1)
    symlinkSync(join('..data', 'c.yaml'), at('c.yaml'))
    symlinkSync(join('..data', 'key'), at('key'))
    const next = await follow(createFileSource(at('c.yaml'), {}))
    for (const version of [2, 3, 4]) {
      publish(version)
      expect(await next()).toBe(version)
    }
  })

  test('in a file that it names, also one that it names only now', async () => {
    writeFileSync(at('c.yaml'), configuration(1))
    const next = await follow(createFileSource(at('c.yaml'), {}))
    writeFileSync(at('c.yaml'), withKey(2))
    expect(await next()).toBe(2)
    writeFileSync(at('key'), 'one')
    expect(await next()).toBe(2)
    writeFileSync(at('key'), 'two')
    expect(await next()).toBe(2)
  })

  test('between the last read and the beginning of the watch', async () => {
    writeFileSync(at('c.yaml'), configuration(1))
    const source = createFileSource(at('c.yaml'), {})
    source.read()
    writeFileSync(at('c.yaml'), configuration(2))
    const noticed = new Promise<void>(resolve => {
      source.watch(resolve).then(
        end => {
          stop = end
        },
        () => undefined,
      )
    })
    await noticed
    expect(portOf(source)).toBe(2)
  })
})

test('what does not change the content is no change', async () => {
  writeFileSync(at('c.yaml'), configuration(1))
  const source = createFileSource(at('c.yaml'), {})
  source.read()
  const ports: (number | undefined)[] = []
  let wake: (() => void) | undefined
  stop = await source.watch(() => {
    ports.push(portOf(source))
    wake?.()
  })
  writeFileSync(at('c.yaml'), configuration(1))
  writeFileSync(at('other.yaml'), configuration(9))
  // The same watcher tells of a real change afterwards, and of no other before it.
  const changed = new Promise<void>(resolve => {
    wake = resolve
  })
  setTimeout(() => writeFileSync(at('c.yaml'), configuration(2)), 400)
  await changed
  expect(ports).toEqual([2])
})

test('a file in a folder that is not there does not keep the watch from beginning', async () => {
  writeFileSync(at('c.yaml'), configuration(1, 'config: {session: {key: {file: none/key}}}'))
  const next = await follow(createFileSource(at('c.yaml'), {}))
  writeFileSync(at('c.yaml'), configuration(2))
  expect(await next()).toBe(2)
})

test('a busy folder does not keep a change from being noticed', async () => {
  writeFileSync(at('c.yaml'), configuration(1))
  const next = await follow(createFileSource(at('c.yaml'), {}))
  const noise = setInterval(() => writeFileSync(at('log'), `${Math.random()}`), 20)
  try {
    writeFileSync(at('c.yaml'), configuration(2))
    expect(await next()).toBe(2)
  } finally {
    clearInterval(noise)
  }
})

test('a text never changes, but the files that it names do', async () => {
  writeFileSync(at('key'), 'one')
  const source = createTextSource(withKey(1), '<stdin>', folder, {})
  expect(source.read().files).toEqual([at('key')])
  const next = await follow(source)
  writeFileSync(at('key'), 'two')
  expect(await next()).toBe(1)
})
