import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * Where the process may keep what has to outlive it: the folder that systemd gives a service, else
 * the user's folder for state (XDG Base Directory Specification). Need not exist yet.
 */
export function stateFolder(environment: NodeJS.ProcessEnv): string {
  const { STATE_DIRECTORY, XDG_STATE_HOME } = environment
  const given = STATE_DIRECTORY?.split(':')[0]
  if (given !== undefined && given !== '') return given
  return join(XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'portcullis')
}
