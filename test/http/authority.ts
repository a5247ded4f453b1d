import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A throw-away certificate authority. */
export type Authority = {
  /** PEM. */
  readonly certificate: string
  readonly issue: (
    name: string,
    ...more: string[]
  ) => { readonly certificate: string; readonly key: string }
}

/** Makes an authority and its certificates with openssl; nothing stays on disk. */
export function createAuthority(name = 'test authority'): Authority {
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const root = inFolder(folder => {
    openssl(folder, [
      'req',
      '-x509',
      ...newKey,
      '-keyout',
      'key',
      '-out',
      'crt',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    ])
    return { certificate: read(folder, 'crt'), key: read(folder, 'key') }
  })
  return {
    certificate: root.certificate,
    issue: (host, ...more) =>
      inFolder(folder => {
        writeFileSync(join(folder, 'ca.crt'), root.certificate)
        writeFileSync(join(folder, 'ca.key'), root.key)
        writeFileSync(
          join(folder, 'ext'),
          `subjectAltName=${[host, ...more].map(name => `DNS:${name}`)}\n`,
        )
        openssl(folder, ['req', ...newKey, '-keyout', 'key', '-out', 'csr', '-subj', `/CN=${host}`])
        openssl(folder, [
          'x509',
          '-req',
          '-in',
          'csr',
          '-CA',
          'ca.crt',
          '-CAkey',
          'ca.key',
          '-CAcreateserial',
          '-out',
          'crt',
          '-days',
          '2',
          '-extfile',
          'ext',
        ])
        return { certificate: read(folder, 'crt'), key: read(folder, 'key') }
      }),
  }
}

function inFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-test-'))
  try {
    return work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function openssl(folder: string, args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' })
}

function read(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}
