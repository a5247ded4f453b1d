import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import type { Spot } from '../resource.ts'
import type { SecretSource } from '../schema/content.ts'
import type { TlsConfig } from '../schema/tls.ts'
import { Secret } from '../secret.ts'
import type { Tls } from '../snapshot.ts'
import { readText } from './content.ts'
import type { Compilation } from './context.ts'

/** Certificate and key of a listener, and the authorities of its clients. */
export function compileTls(
  config: TlsConfig,
  locate: (member: string) => Spot,
  compilation: Compilation,
): Tls | undefined {
  const pair = readKeyPair(config, locate, compilation)
  const root = config.root && readCertificates(config.root, locate('root'), compilation)
  if (pair === undefined) return undefined
  return {
    certificate: pair.certificate,
    key: new Secret(pair.key),
    clientAuthorities: root,
    minVersion: config.minTLSVersion === 'TLS_V1_3' ? 'TLSv1.3' : 'TLSv1.2',
  }
}

/**
 * A certificate and its key, read and held against each other. Not checked: whether the
 * certificate is in its time, names the host or chains to anything.
 */
export function readKeyPair(
  config: Pick<TlsConfig, 'cert' | 'key'>,
  locate: (member: string) => Spot,
  compilation: Compilation,
): { readonly certificate: string; readonly key: string } | undefined {
  const { report } = compilation
  const certificate = readText(config.cert, locate('cert'), compilation)
  const key = readText(config.key, locate('key'), compilation)

  const leaf = certificate === undefined ? undefined : parseCertificates(certificate)?.[0]
  if (certificate !== undefined && leaf === undefined) {
    report.error(
      locate('cert'),
      `${named(config.cert)} holds no PEM certificate`,
      'It begins with -----BEGIN CERTIFICATE-----, the leaf comes first',
    )
  }
  const privateKey = key === undefined ? undefined : parseKey(key)
  if (key !== undefined && privateKey === undefined) {
    report.error(
      locate('key'),
      `${named(config.key)} holds no PEM private key without passphrase`,
      'It begins with -----BEGIN PRIVATE KEY-----',
    )
  }
  if (leaf !== undefined && privateKey !== undefined && !leaf.checkPrivateKey(privateKey)) {
    report.error(
      locate('key'),
      `the private key in ${named(config.key)} is not the one of the certificate in ${named(config.cert)}`,
      'Give the key that the certificate was made with; the leaf certificate comes first',
    )
  }
  return certificate === undefined || key === undefined ? undefined : { certificate, key }
}

/** Certificates of authorities. */
export function readCertificates(
  source: SecretSource,
  spot: Spot,
  compilation: Compilation,
): string | undefined {
  const text = readText(source, spot, compilation)
  if (text !== undefined && parseCertificates(text) === undefined) {
    compilation.report.error(spot, `${named(source)} holds no PEM certificate`)
  }
  return text
}

/** For messages: the path of a file. */
function named(source: SecretSource): string {
  return source.kind === 'file' ? source.path : 'what is given'
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** All certificates of a PEM text; undefined when there is none or one cannot be read. */
function parseCertificates(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(PEM) ?? []
  try {
    const parsed = blocks.map(block => new X509Certificate(block))
    return parsed.length > 0 ? parsed : undefined
  } catch {
    return undefined
  }
}

function parseKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem)
  } catch {
    return undefined
  }
}
