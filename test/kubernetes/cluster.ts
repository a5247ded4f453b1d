import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import {
  createWriteStream,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A real API server with its store, for as long as a test file runs. */
export type TestCluster = {
  readonly kubeconfig: string
  /** Runs kubectl; rejects when it fails. */
  kubectl(args: readonly string[], input?: string): Promise<string>
  /** Applies YAML, a text or a file. */
  apply(yaml: string): Promise<string>
  /** A kubeconfig of a service account, which may do what its roles say. */
  serviceAccount(namespace: string, name: string): Promise<string>
  /** A kubeconfig that reaches the server through another port of this machine. */
  through(port: number): string
  /** Of the API server, on loopback. */
  readonly port: number
  /** Stops the API server alone; data and port stay. */
  stopApi(signal?: NodeJS.Signals): Promise<void>
  startApi(): Promise<void>
  /** Forgets old revisions, so that watches from there get 410. */
  compact(): Promise<void>
  close(): Promise<void>
}

/** An address of this machine that is not loopback: EndpointSlices refuse those. */
export const ADDRESS: string =
  Object.values(networkInterfaces())
    .flat()
    .find(one => one !== undefined && !one.internal && one.family === 'IPv4')?.address ??
  '127.0.0.1'

/** @param binaries folder with etcd, kube-apiserver and kubectl */
export async function startCluster(binaries: string): Promise<TestCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'portcullis-cluster-'))
  mkdirSync(join(folder, 'certs'))
  const [apiPort, etcdPort, peerPort] = (await freePorts(3)) as [number, number, number]
  const token = randomBytes(16).toString('hex')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(join(folder, 'sa.key'), privateKey.export({ type: 'sec1', format: 'pem' }))
  writeFileSync(join(folder, 'tokens.csv'), `${token},admin,admin,system:masters\n`, {
    mode: 0o600,
  })

  const etcdUrl = `http://127.0.0.1:${etcdPort}`
  const peerUrl = `http://127.0.0.1:${peerPort}`
  const etcd = start(folder, join(binaries, 'etcd'), [
    '--name=default',
    `--data-dir=${join(folder, 'etcd')}`,
    '--log-level=warn',
    '--unsafe-no-fsync',
    `--listen-client-urls=${etcdUrl}`,
    `--advertise-client-urls=${etcdUrl}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
  ])
  await until(etcd, async () => (await fetch(`${etcdUrl}/health`)).ok)

  // No default route and no service accounts are needed; an open watch must not keep a stopping server alive.
  const startServer = () =>
    start(folder, join(binaries, 'kube-apiserver'), [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      `--cert-dir=${join(folder, 'certs')}`,
      '--endpoint-reconciler-type=none',
      '--service-cluster-ip-range=10.0.0.0/24',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(folder, 'sa.key')}`,
      `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--authorization-mode=RBAC',
      '--disable-admission-plugins=ServiceAccount',
      '--enable-priority-and-fairness=false',
      '--profiling=false',
      '--shutdown-watch-termination-grace-period=1s',
      '--etcd-compaction-interval=0',
    ])
  const kubeconfig = join(folder, 'kubeconfig')
  const writeKubeconfig = (
    path: string,
    user: string,
    secret: string,
    namespace = 'portcullis',
    port = apiPort,
  ) => {
    const ca = readFileSync(join(folder, 'certs', 'apiserver.crt')).toString('base64')
    const server = `https://127.0.0.1:${port}`
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': ca } }],
      users: [{ name: user, user: { token: secret } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user, namespace } }],
    }
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 })
    return path
  }
  const run = promisify(execFile)
  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const running = run(join(binaries, 'kubectl'), [...args], {
      env: { ...process.env, KUBECONFIG: kubeconfig, HOME: folder },
      maxBuffer: 64 * 1024 * 1024,
    })
    running.child.stdin?.end(input ?? '')
    return (await running).stdout
  }
  const ready = (server: ChildProcess) =>
    until(server, async () => {
      // Anew each time: the certificate may have been read while it was written.
      writeKubeconfig(kubeconfig, 'admin', token)
      return (await kubectl(['get', '--raw', '/readyz'])) === 'ok'
    })

  let server = startServer()
  await ready(server)
  return {
    kubeconfig,
    kubectl,
    apply: yaml => kubectl(['apply', '--server-side', '-f', '-'], yaml),
    async serviceAccount(namespace, name) {
      const args = ['create', 'token', '-n', namespace, name, '--duration=1h']
      const path = join(folder, `${namespace}-${name}`)
      return writeKubeconfig(path, name, (await kubectl(args)).trim(), namespace)
    },
    through(port) {
      return writeKubeconfig(join(folder, `through-${port}`), 'admin', token, 'portcullis', port)
    },
    port: apiPort,
    stopApi: signal => end(server, signal),
    async startApi() {
      server = startServer()
      await ready(server)
    },
    async compact() {
      const post = async (path: string, body: object) =>
        (
          await fetch(`${etcdUrl}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) })
        ).json()
      const found = (await post('range', { key: 'AA==' })) as { header: { revision: string } }
      await post('compaction', { revision: found.header.revision, physical: true })
    },
    async close() {
      await end(server, 'SIGKILL')
      await end(etcd, 'SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function start(folder: string, program: string, args: readonly string[]): ChildProcess {
  const name = program.split('/').at(-1) ?? ''
  const log = createWriteStream(join(folder, `${name}.log`), { flags: 'a' })
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  child.stdout?.pipe(log, { end: false })
  child.stderr?.pipe(log, { end: false })
  return child
}

async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise(resolve => child.once('exit', resolve))
  child.kill(signal)
  await gone
}

/** Waits until something holds; fails as soon as the program it waits for has ended. */
async function until(child: ChildProcess, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 120_000
  for (;;) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`)
    if (await holds().catch(() => false)) return
    if (performance.now() > deadline) throw new Error(`${child.spawnfile} is not ready`)
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer())
  return Promise.all(
    servers.map(
      server =>
        new Promise<number>(resolve => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address()
            const port = typeof address === 'object' && address !== null ? address.port : 0
            server.close(() => resolve(port))
          })
        }),
    ),
  )
}
