import { Connection, message } from './connection.ts'
import { type Contestant, takesToken } from './contestant.ts'
import { firstNumber, numbered } from './requests.ts'
import type { Credentials } from './rows.ts'
import type { World } from './world.ts'

/**
 * Whether a row does its work at all: a fast answer that is wrong, or comes without a token, is no
 * result. Calls come one after another and next to each other; each has to get its own answer.
 *
 * @returns what is wrong, undefined when nothing is
 */
export async function check(contestant: Contestant, world: World): Promise<string | undefined> {
  const { row, credentials } = contestant
  const one = await answered(contestant, credentials, firstNumber)
  if (one !== undefined) return one
  const many = await Promise.all(
    Array.from({ length: 16 }, (_, index) =>
      answered(contestant, credentials, firstNumber + index),
    ),
  )
  const wrong = many.find(problem => problem !== undefined)
  if (wrong !== undefined || !takesToken(row) || row.era === 'none') return wrong
  return (
    (await refused(contestant, { ...credentials, token: undefined }, 'without a token')) ??
    (await refused(contestant, { ...credentials, token: await world.issuer.forged() }, 'forged'))
  )
}

async function answered(
  contestant: Contestant,
  credentials: Credentials,
  number: number,
): Promise<string | undefined> {
  const { row } = contestant
  const answer = await ask(contestant, credentials, number)
  if (answer.status !== 200) return `answered ${answer.head}${answer.body.toString()}`
  if (row.era === 'none') return undefined
  const { id, result } = message(answer)
  if (id !== number) return `answered call ${String(id)} where ${number} was asked`
  const expect = row.expect ?? echoes(number)
  const text = JSON.stringify(result)
  return expect((result ?? {}) as Record<string, unknown>) ? undefined : `answered ${text}`
}

const echoes =
  (number: number) =>
  ({ content }: Record<string, unknown>): boolean => {
    const [first] = (content ?? []) as { text?: string }[]
    return first?.text?.replace(/x+$/, '') === `e${number}`
  }

async function refused(
  contestant: Contestant,
  credentials: Credentials,
  how: string,
): Promise<string | undefined> {
  const { status, head } = await ask(contestant, credentials, firstNumber)
  const challenged = /\r\nwww-authenticate: *bearer/i.test(head)
  return status === 401 && challenged ? undefined : `a call with a token ${how} got ${head}`
}

async function ask({ row, port }: Contestant, credentials: Credentials, number: number) {
  const connection = await Connection.open(port)
  const answer = await connection.send(numbered(row.request(credentials), number))
  connection.close()
  return answer
}
