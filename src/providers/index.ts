import { auth0 } from './auth0.ts'
import { authelia } from './authelia.ts'
import { authentik } from './authentik.ts'
import { b2c } from './b2c.ts'
import { clerk } from './clerk.ts'
import { cognito } from './cognito.ts'
import { custom } from './custom.ts'
import { descope } from './descope.ts'
import { dex } from './dex.ts'
import { entra } from './entra.ts'
import { github } from './github.ts'
import { gitlab } from './gitlab.ts'
import { google } from './google.ts'
import { hydra } from './hydra.ts'
import { keycloak } from './keycloak.ts'
import { logto } from './logto.ts'
import { oidc } from './oidc.ts'
import { okta } from './okta.ts'
import { ping } from './ping.ts'
import type { ProviderProfile } from './profile.ts'
import { scalekit } from './scalekit.ts'
import { stytch } from './stytch.ts'
import { supabase } from './supabase.ts'
import { workos } from './workos.ts'
import { zitadel } from './zitadel.ts'

/** Every provider that `provider: {name: {…}}` can name. */
export const profiles: Readonly<Record<string, ProviderProfile>> = {
  auth0,
  authelia,
  authentik,
  b2c,
  clerk,
  cognito,
  custom,
  descope,
  dex,
  entra,
  github,
  gitlab,
  google,
  hydra,
  keycloak,
  logto,
  oidc,
  okta,
  ping,
  scalekit,
  stytch,
  supabase,
  workos,
  zitadel,
}
