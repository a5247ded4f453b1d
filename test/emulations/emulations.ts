import { auth0 } from './auth0.ts'
import { b2c } from './b2c.ts'
import { cognito } from './cognito.ts'
import { custom } from './custom.ts'
import type { Emulation } from './emulation.ts'
import { entra } from './entra.ts'
import { github } from './github.ts'
import { google } from './google.ts'
import { keycloak } from './keycloak.ts'
import { oidc } from './oidc.ts'
import { okta } from './okta.ts'

/** One for each profile that the tests emulate. */
export const emulations: readonly Emulation[] = [
  oidc,
  keycloak,
  auth0,
  okta,
  entra,
  b2c,
  cognito,
  google,
  github,
  custom,
]
