import { existsSync, readFileSync } from 'node:fs'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'

/** Where the API server is and how to be somebody there. */
export type Credentials = {
  readonly origin: string
  /** What stands between origin and path; empty for nearly every cluster. */
  readonly basePath: string
  readonly namespace: string
  readonly tls: {
    readonly ca?: string | undefined
    readonly cert?: string | undefined
    readonly key?: string | undefined
    readonly servername?: string | undefined
    readonly rejectUnauthorized?: boolean | undefined
  }
  /** Asked for every request, because tokens are renewed on disk and by plugins. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>
}

export type CredentialsOptions = {
  /** Path of a kubeconfig; undefined: where kubectl looks, then those of the pod. */
  readonly kubeconfig: string | undefined
  readonly environment: NodeJS.ProcessEnv
  /** Where a pod finds the files of its service account. */
  readonly podFolder?: string
}

const POD_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * Credentials as kubectl finds them: `KUBECONFIG`, `~/.kube/config`, else those of the pod.
 *
 * @throws Error when there are none
 */
export async function loadCredentials(options: CredentialsOptions): Promise<Credentials> {
  const { kubeconfig, environment, podFolder = POD_FOLDER } = options
  const hasConfig =
    kubeconfig !== undefined ||
    (environment.KUBECONFIG ?? '') !== '' ||
    existsSync(join(environment.HOME ?? '/', '.kube', 'config'))
  if (hasConfig) return fromKubeconfig(kubeconfig)
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment
  if (host === undefined || port === undefined || !existsSync(join(podFolder, 'token'))) {
    throw new Error(
      'there is no kubeconfig ($KUBECONFIG, ~/.kube/config), and this is no pod with a service account; name a file with --kubeconfig FILE',
    )
  }
  return ofPod(host, port, podFolder)
}

/** The kubelet renews the token long before it ends, and leaves its name as it is. */
function ofPod(host: string, port: string, folder: string): Credentials {
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim()
  return {
    origin: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    basePath: '',
    namespace: read('namespace'),
    tls: { ca: read('ca.crt') },
    headers: () => Promise.resolve({ authorization: `Bearer ${read('token')}` }),
  }
}

async function fromKubeconfig(path: string | undefined): Promise<Credentials> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  if (path === undefined) config.loadFromDefault()
  else config.loadFromFile(path)
  const cluster = config.getCurrentCluster()
  if (cluster === null || cluster === undefined) {
    throw new Error('the kubeconfig has no cluster for its current context')
  }
  const { origin, pathname } = new URL(cluster.server)

  type Options = Parameters<typeof config.applyToHTTPSOptions>[0]
  const apply = async (): Promise<Options> => {
    const options: Options = { headers: {} }
    await config.applyToHTTPSOptions(options)
    return options
  }
  const { ca, cert, key, servername, rejectUnauthorized } = await apply()
  const context = config.getContextObject(config.getCurrentContext())
  return {
    origin,
    basePath: pathname.replace(/\/+$/, ''),
    namespace: context?.namespace ?? 'default',
    tls: {
      ca: ca?.toString(),
      cert: cert?.toString(),
      key: key?.toString(),
      servername,
      rejectUnauthorized,
    },
    headers: async () => headersOf(await apply()),
  }
}

function headersOf({ headers = {}, auth }: { headers?: object; auth?: string | null | undefined }) {
  const given = Object.entries(headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value),
  ])
  const basic = auth ? Buffer.from(auth).toString('base64') : undefined
  return Object.fromEntries(basic ? [...given, ['authorization', `Basic ${basic}`]] : given)
}
