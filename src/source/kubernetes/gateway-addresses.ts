import { type Verdict, verdict } from './conditions.ts'
import type { Gateway, GatewayAddress } from './gateway-api.ts'

const IP = 'IPAddress'
const HOSTNAME = 'Hostname'

/** Why the addresses that a Gateway asks for are not its own; undefined: they are, or it asks for none. */
export function addressProblem(
  { spec }: Gateway,
  own: readonly GatewayAddress[],
): Verdict | undefined {
  const wanted = spec?.addresses ?? []
  const strange = wanted.find(({ type = IP }) => type !== IP && type !== HOSTNAME)
  if (strange !== undefined) {
    const message = `addresses of type ${strange.type} are not supported`
    return verdict('Accepted', false, 'UnsupportedAddress', message)
  }
  const missing = wanted.filter(
    ({ type = IP, value = '' }) =>
      value !== '' && !own.some(one => one.type === type && one.value === value),
  )
  if (missing.length === 0) return undefined
  const values = missing.map(({ value }) => value).join(', ')
  const message = `${values}: the Service of the gateway does not have it; give it that address, or remove it here`
  return verdict('Programmed', false, 'AddressNotUsable', message)
}
