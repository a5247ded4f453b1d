export type User = {
  /** Subject, login name and password in one. */
  readonly name: string
  readonly roles: readonly string[]
}

export const DEMO_USERS: readonly User[] = [
  { name: 'alice', roles: ['admin', 'user'] },
  { name: 'bob', roles: ['user'] },
]
