import * as z from 'zod'
import { checked, object, oneOf, text } from './object.ts'
import { nonEmpty, word } from './value.ts'

/** A string alone is an allow rule. */
export type RuleConfig =
  | string
  | { readonly [Effect in 'allow' | 'deny' | 'require']?: string | undefined }

export type AuthorizationPolicy = { readonly rules: readonly RuleConfig[] }

export type McpAuthorizationPolicy = {
  readonly rules?: readonly RuleConfig[] | undefined
  readonly requiredScopes?: readonly ScopeRequirementConfig[] | undefined
  readonly scopeHierarchy?: Readonly<Record<string, readonly string[]>> | undefined
  readonly denied?: 'hide' | 'explain' | undefined
}

export type ScopeRequirementConfig = {
  readonly methods?: readonly string[] | undefined
  readonly targets?: readonly string[] | undefined
  readonly tools?: readonly string[] | undefined
  readonly prompts?: readonly string[] | undefined
  readonly resources?: readonly string[] | undefined
  readonly scopes: readonly string[]
}

const expression = text('a CEL expression', value => (value.trim() === '' ? undefined : value))

const rule: z.ZodType<RuleConfig> = z.union(
  [
    expression,
    checked(
      object({
        allow: expression.optional().describe('Allows where it is true'),
        deny: expression.optional().describe('Denies where it is true, or cannot be evaluated'),
        require: expression.optional().describe('Denies where it is not true'),
      }),
      oneOf(['allow', 'deny', 'require']),
    ),
  ],
  { error: 'a rule is a CEL expression in quotes, or one of allow:, deny: and require: with one' },
)

const rules = z.array(rule)
const RULES =
  'CEL conditions, all levels together: deny comes before require, require before allow; without an allow rule everything else is allowed'

/** RFC 6749 §3.3 scope-token. */
const scope = text('a scope without spaces and quotes', value =>
  /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value) ? value : undefined,
)
const patterns = z.array(nonEmpty).min(1).optional()

export const authorization: z.ZodType<AuthorizationPolicy> = object({
  rules: rules.describe(RULES),
})

export const mcpAuthorization: z.ZodType<McpAuthorizationPolicy> = object({
  rules: rules.optional().describe(RULES),
  requiredScopes: z
    .array(
      object({
        methods: patterns.describe('Methods, such as tools/call; left out: all'),
        targets: patterns.describe('Targets; left out: all'),
        tools: patterns.describe('Tools by the names that their target gives them'),
        prompts: patterns.describe('Prompts'),
        resources: patterns.describe('URIs of resources'),
        scopes: z.array(scope).min(1).describe('What a token has to carry, all of them'),
      }),
    )
    .optional()
    .describe(
      'Ours. Scopes that calls need, `*` in names standing for anything; who lacks them gets 403 insufficient_scope and may ask for more',
    ),
  scopeHierarchy: z
    .record(scope, z.array(scope))
    .optional()
    .describe('Ours. Scope → scopes that it implies, such as {files:write: [files:read]}'),
  denied: word('hide', 'explain')
    .optional()
    .describe(
      'Ours. hide (default): what is denied answers as if it did not exist; explain: the error says why',
    ),
})
