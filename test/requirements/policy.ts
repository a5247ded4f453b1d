import type { Requirement } from './requirement.ts'

/** Who may do what, and how often. */
export const policy: readonly Requirement[] = [
  // Authorization
  {
    id: 'RULE-1',
    behaviour:
      'Deny comes before require, require before allow, and what cannot be evaluated denies',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-2',
    behaviour:
      'In a list a rule that reads arguments is unknown: it hides nothing, and what it would allow is shown',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-3',
    behaviour:
      'What is listed can be called with some arguments or after a step-up, and nothing else can',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-4',
    behaviour: 'No expression and no claim makes a decision throw or allow by error',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-5',
    behaviour:
      'What rules deny is neither listed nor callable, and answers as an unknown name does',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-6',
    behaviour:
      'Rules cannot be passed by with notifications, batches, completions or subscriptions',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-7',
    behaviour: 'HTTP-level rules are asked before a body is read, and a denial is 403',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-8',
    behaviour: 'A reload changes what a running session may do from the next request on',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-9',
    behaviour:
      'Misspelt members, wrong types, unknown functions and slow patterns are errors with their place',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-10',
    behaviour: 'Rules of listener, route, backend and target add up',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-11',
    behaviour:
      'The example of route, federation, rules, limits and authentication does what it says',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-12',
    behaviour:
      'Tools, prompts and resources are opened one by one by roles of the caller, within what the route offers',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-13',
    behaviour:
      'What one decision goes through is bounded, whatever arguments a client sends; more is an error, which denies',
    source: 'docs/authorization.md',
  },
  {
    id: 'RULE-14',
    behaviour: 'Roles are found where each provider puts them, those of a client apart',
    source: 'docs/authorization.md',
  },
  {
    id: 'SCOPE-1',
    behaviour: 'Official clients complete a step-up',
    source: 'MCP 2026-07-28 authorization, Scope Challenge Handling',
  },
  {
    id: 'SCOPE-2',
    behaviour:
      'A 403 insufficient_scope names everything that the call needs, in the header and with the id of the call',
    source: 'MCP 2026-07-28 authorization, Scope Challenge Handling',
  },
  {
    id: 'LIMIT-1',
    behaviour:
      'A limit that is used up answers 429 with Retry-After; RateLimit and x-ratelimit headers tell what is left before',
    source: 'docs/authorization.md',
  },
  {
    id: 'LIMIT-2',
    behaviour: 'Limits that a reload does not change keep their buckets',
    source: 'docs/authorization.md',
  },
  {
    id: 'LIMIT-3',
    behaviour: 'Bad tokens and keys are limited by address, and good ones from there still work',
    source: 'docs/authorization.md',
  },
  {
    id: 'STORE-1',
    behaviour: 'Replicas with one store share their rate limits',
    source: 'docs/operations.md',
  },
  {
    id: 'STORE-2',
    behaviour:
      'While the store is away each replica goes by what it knows, nobody has to wait, and the log says so once',
    source: 'docs/operations.md',
  },
  {
    id: 'STORE-3',
    behaviour: 'DELETE and idle time of a session hold at every replica with the same store',
    source: 'docs/operations.md',
  },
  {
    id: 'STORE-4',
    behaviour: 'A refresh token that several replicas are given is used once, and all answer alike',
    source: 'docs/operations.md',
  },
  {
    id: 'STORE-5',
    behaviour: 'An authorization code is taken once over all replicas',
    source: 'docs/operations.md',
  },
  {
    id: 'KEY-1',
    behaviour: 'An API key is taken in place of a token, compared by its hash, and goes no further',
    source: 'docs/authorization.md',
  },
  {
    id: 'KEY-2',
    behaviour: 'A route takes an API key or a token, and may hide its metadata',
    source: 'docs/authorization.md',
  },
  {
    id: 'KEY-3',
    behaviour: '`jwtAuth` takes tokens of several issuers with the metadata and challenges of MCP',
    source: 'docs/authorization.md',
  },
]
