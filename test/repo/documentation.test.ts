import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { compile } from '../../src/config/compile.ts'
import { formatDiagnostic } from '../../src/config/diagnostic.ts'
import { load } from '../../src/config/load.ts'
import { profiles } from '../../src/providers/index.ts'
import { files, read, root } from './tree.ts'

const pages = files('.', /\.md$/)

type Block = {
  readonly page: string
  readonly line: number
  readonly info: string
  readonly text: string
}

const blocks: readonly Block[] = pages.flatMap(page => fencedBlocks(page, read(page)))
const configurations = blocks.filter(block => /^ya?ml\b/.test(block.info))

describe('YAML of the documentation', () => {
  test('blocks are whole files, or parts that say where they go', () => {
    const odd = configurations.filter(({ info }) => !Object.hasOwn(around, info))
    expect(odd.map(({ page, line, info }) => `${page}:${line} ${info}`)).toEqual([])
    expect(configurations.length).toBeGreaterThan(10)
  })

  test.each(configurations)('$page:$line loads', ({ page, info, text }) => {
    const whole = around[info]?.(text) ?? ''
    expect(problemsOf(whole, page)).toEqual([])
  })
})

describe('examples', () => {
  const examples = files('examples', /\.ya?ml$/)

  test.skipIf(examples.length === 0).each(examples)('%s loads', path => {
    expect(problemsOf(read(path), path, join(root, dirname(path)))).toEqual([])
  })

  test('every folder of examples has a page that says what it shows', () => {
    const folders = [...new Set(examples.map(path => posix.dirname(path)))]
    expect(folders.filter(folder => !pages.includes(`${folder}/README.md`))).toEqual([])
  })
})

describe('links', () => {
  const links = pages.flatMap(page =>
    [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map(match => ({
      page,
      link: match[1] ?? '',
    })),
  )
  const own = links.filter(({ link }) => !/^[a-z]+:/.test(link))

  test.each(own)('$page: $link', ({ page, link }) => {
    const [path = '', anchor] = link.split('#')
    const target = path === '' ? page : posix.join(posix.dirname(page), path)
    expect(existsSync(join(root, target)), `${target} exists`).toBe(true)
    if (anchor !== undefined) expect(anchors(read(target))).toContain(anchor)
  })

  test('links to other places are https', () => {
    const plain = links.filter(({ link }) => /^[a-z]+:/.test(link) && !link.startsWith('https:'))
    expect(plain).toEqual([])
  })

  test('every page of docs/ can be reached from the README', () => {
    const reached = new Set(['README.md'])
    for (const page of reached) {
      for (const { link } of own.filter(one => one.page === page)) {
        reached.add(posix.join(posix.dirname(page), link.replace(/#.*/, '')))
      }
    }
    expect(pages.filter(page => page.startsWith('docs/') && !reached.has(page))).toEqual([])
  })
})

test('the README fits on a few screens', () => {
  expect(read('README.md').split('\n').length).toBeLessThan(150)
})

/**
 * Everything that is wrong with a configuration, as the operator would read it, but for files that it
 * names: keys and certificates exist only at the reader's.
 */
function problemsOf(text: string, source: string, folder = root): string[] {
  const environment = Object.fromEntries(
    [...text.matchAll(/\$\{?([A-Z][A-Z0-9_]*)/g)].map(match => [match[1], 'from-the-environment']),
  )
  const loaded = load(text, source, { environment, folder })
  const compiled = compile(loaded.resources, {
    profiles,
    read: path => readFileSync(path, 'utf8'),
  })
  return [...loaded.diagnostics, ...compiled.diagnostics]
    .filter(({ severity }) => severity === 'error')
    .filter(({ message }) => !message.startsWith('cannot read the file'))
    .map(formatDiagnostic)
}

const mcpBlock = `
mcp:
  targets:
  - name: server
    mcp:
      host: http://localhost:8000/mcp
`

/** By how a block is fenced: the smallest file in which it can stand. */
const around: Readonly<Record<string, (block: string) => string>> = {
  yaml: block => block,
  'yaml config': block => block + mcpBlock,
  'yaml policies': block => `${mcpBlock}  policies:\n${block.replace(/^(?=.)/gm, '    ')}`,
}

function fencedBlocks(page: string, text: string): Block[] {
  return [...text.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(match => ({
    page,
    line: text.slice(0, match.index).split('\n').length,
    info: (match[1] ?? '').trim(),
    text: match[2] ?? '',
  }))
}

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '')
}

/** Anchors of the headings, as GitHub makes them. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(match =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-'),
  )
}
