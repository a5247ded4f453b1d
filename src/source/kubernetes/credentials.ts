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

/**
 * Credentials as kubectl finds them: `KUBECONFIG`, `~/.kube/config`, else those of the pod.
 *
 * @param kubeconfig path of a kubeconfig; undefined: where kubectl looks
 * @throws Error when there are none
 */
export async function loadCredentials(kubeconfig: string | undefined): Promise<Credentials> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  if (kubeconfig === undefined) config.loadFromDefault()
  else config.loadFromFile(kubeconfig)
  const cluster = config.getCurrentCluster()
  if (cluster === null || cluster === undefined) {
    throw new Error('there is no cluster in the kubeconfig, and this is no pod')
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
