/**
 * Loaded into programs of others with `--import`: plays the name service of the internet, for which the names of sslip.io
 * are the addresses that stand in them.
 */
import dns from 'node:dns'

const { lookup } = dns
dns.lookup = (name, ...rest) =>
  lookup(String(name).endsWith('.127-0-0-1.sslip.io') ? '127.0.0.1' : name, ...rest)
