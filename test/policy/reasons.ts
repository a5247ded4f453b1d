/**
 * Who decided in the tables of decisions.test.ts, by table and call: the effect of the rule, its place in the table
 * from 1, and what it said; `-`: no rule, but the lack of one that is true. One text for all callers, or one for each
 * of nobody, reader, writer and admin.
 */
export const REASONS: Readonly<
  Record<string, Readonly<Record<string, string | readonly string[]>>>
> = {
  'no rules allow everything': {
    'tool crm/greet': '-',
    'prompt crm/hello': '-',
    'resource files/file:///a': '-',
    'task crm/t1': '-',
  },
  'a string is an allow rule, and an allow rule closes its kind alone': {
    'tool crm/greet': 'allow 1 true',
    'tool files/greet': 'allow 1 true',
    'tool crm/other': '-',
    'tool crm/GREET': '-',
    'prompt crm/hello': '-',
    'resource files/file:///a': '-',
    'task crm/t1': '-',
  },
  'an allow rule that names no kind closes all': {
    'tool crm/greet': ['-', 'allow 1 true', 'allow 1 true', '-'],
    'prompt crm/hello': ['-', 'allow 1 true', 'allow 1 true', '-'],
    'resource files/file:///a': ['-', 'allow 1 true', 'allow 1 true', '-'],
    'task crm/t1': ['-', 'allow 1 true', 'allow 1 true', '-'],
  },
  'several allow rules are alternatives': {
    'tool crm/greet': 'allow 1 true',
    'tool crm/other': ['-', '-', 'allow 2 true', '-'],
    'prompt crm/hello': ['allow 3 true', 'allow 3 true', 'allow 2 true', 'allow 3 true'],
    'prompt files/hello': ['-', '-', 'allow 2 true', '-'],
    'resource files/file:///a': ['-', '-', 'allow 2 true', '-'],
  },
  'deny comes before allow, wherever it stands': {
    'tool crm/greet': 'allow 1 true',
    'tool files/delete_file': 'deny 2 true',
    'prompt files/delete_file': 'allow 1 true',
  },
  'without an allow rule, what is not denied is allowed': {
    'tool crm/greet': '-',
    'tool files/delete_file': ['deny 1 true', 'deny 1 true', 'deny 1 true', '-'],
    'prompt crm/hello': '-',
  },
  'require has to be true, and does not allow by itself': {
    'tool crm/greet': ['require 1 false', 'allow 2 true', 'allow 2 true', 'allow 2 true'],
    'tool crm/other': ['require 1 false', '-', '-', '-'],
    'prompt crm/hello': ['require 1 false', '-', '-', '-'],
  },
  'deny comes before require, require before allow': {
    'tool crm/greet': ['allow 1 true', 'require 2 false', 'deny 3 true', 'allow 1 true'],
    'task crm/t1': ['allow 1 true', 'require 2 false', 'deny 3 true', 'allow 1 true'],
  },
  'an error of a deny rule denies': {
    'tool crm/greet': ['deny 1 error', 'deny 1 error', 'deny 1 error', '-'],
    'resource files/file:///a': ['deny 1 error', 'deny 1 error', 'deny 1 error', '-'],
  },
  'an error of a require rule denies': {
    'tool crm/greet': ['require 1 error', 'require 1 error', 'require 1 error', '-'],
  },
  'an error of an allow rule does not allow': {
    'tool crm/greet': ['-', 'allow 2 true', '-', 'allow 1 true'],
  },
  'a value that is neither true nor false is an error': {
    'tool crm/greet': 'deny 1 error',
  },
  'what an error stands beside may still decide': {
    'tool crm/greet': '-',
    'tool files/delete_file': ['deny 1 error', 'deny 1 error', 'deny 1 error', '-'],
  },
  'whole numbers of claims are ints': {
    'tool crm/greet': ['-', '-', '-', 'allow 1 true'],
  },
  'roles of the realm, and of the client that a target is': {
    'tool crm/greet': ['-', '-', '-', 'allow 1 true'],
    'tool files/x': ['-', '-', '-', 'allow 1 true'],
    'prompt crm/hello': ['-', '-', '-', 'allow 1 true'],
  },
  'the role of one client is none of another': {
    'tool crm/greet': ['-', '-', '-', 'allow 1 true'],
    'tool files/greet': '-',
  },
  'the role of a client is none without its name': {
    'tool crm/greet': '-',
  },
  'groups count as roles where the profile says so': {
    'tool crm/greet': ['-', '-', '-', 'allow 1 true'],
  },
  'targets and methods': {
    'tool crm/greet': '-',
    'tool files/greet': 'deny 1 true',
    'prompt crm/hello': 'deny 2 true',
    'resource files/u': '-',
  },
  'several kinds in one rule need has()': {
    'tool crm/x': 'deny 1 true',
    'prompt crm/x': 'deny 1 true',
    'tool crm/y': '-',
    'prompt crm/y': '-',
    'resource crm/x': '-',
  },
  'several kinds in one rule without has() deny on the error': {
    'tool crm/x': 'deny 1 true',
    'tool crm/y': 'deny 1 error',
    'prompt crm/y': 'deny 1 error',
    'task crm/x': '-',
  },
  'the form that agentgateway needs means the same': {
    'tool crm/greet': 'allow 1 true',
    'tool crm/other': '-',
    'prompt crm/hello': '-',
    'resource files/u': '-',
  },
  'resources by URI': {
    'resource files/file:///pub/a': 'allow 1 true',
    'resource files/file:///etc': '-',
    'tool crm/greet': '-',
  },
  'annotations, with the defaults of the specification': {
    'tool crm/greet': '-',
    'tool files/write_file': '-',
    'tool files/delete_file': 'deny 1 true',
  },
  'annotations of a tool that nobody has seen are an error': {
    'tool crm/unseen': 'deny 1 error',
    'prompt crm/hello': '-',
  },
  arguments: {
    'tool crm/greet': 'allow 1 true',
    'tool files/write_file {"path":"/tmp/a"}': 'allow 1 true',
    'tool files/write_file {"path":"/etc/a"}': '-',
    'tool files/write_file {"path":7}': '-',
    'tool files/write_file {}': '-',
  },
  'whole numbers of arguments are ints, others doubles': {
    'tool crm/greet {"n":10}': '-',
    'tool crm/greet {"n":11}': 'deny 1 true',
    'tool crm/greet {"n":10.5}': 'deny 1 true',
    'tool crm/greet {"n":1.5}': 'deny 1 true',
    'tool crm/greet {"n":"11"}': 'deny 1 error',
    'tool crm/greet {}': 'deny 1 error',
  },
  'request, source and time': {
    'tool crm/greet': '-',
    'task crm/t1': '-',
  },
  'credentials are no headers for rules': {
    'tool crm/greet': '-',
  },
  'patterns match in linear time, anywhere in the text': {
    'tool crm/greet': 'allow 1 true',
    'tool crm/aaaa': 'allow 1 true',
    'tool crm/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaab': '-',
  },
  'a plain scope rule is a step-up, not a denial': {
    'tool crm/greet': ['require 1 false', '-', '-', 'require 1 false'],
    'prompt crm/hello': ['require 1 false', '-', '-', 'require 1 false'],
  },
  'scopes inside larger rules are found too, and only where they help': {
    'tool crm/greet': 'allow 1 true',
    'tool files/write_file': ['-', '-', 'allow 2 true', '-'],
    'tool files/wipe': ['-', '-', '-', 'allow 3 true'],
    'tool files/unknown': '-',
  },
  'everything that is needed is asked for at once': {
    'tool crm/greet': 'require 1 false',
  },
  'of alternatives the first is asked for': {
    'tool crm/greet': '-',
  },
  'a deny rule may ask for a scope': {
    'tool files/wipe': ['deny 1 true', 'deny 1 true', 'deny 1 true', '-'],
    'tool crm/greet': '-',
  },
  'a denial is no step-up, whatever scopes there are': {
    'tool files/wipe': 'deny 1 true',
    'tool crm/greet': ['require 2 false', '-', '-', 'require 2 false'],
  },
  'required scopes by name, target and method': {
    'tool crm/greet': '-',
    'tool crm/write_x': '-',
    'tool files/greet': '-',
    'tool files/write_file': '-',
    'prompt crm/write_x': '-',
    'task crm/write_x': '-',
  },
  'a broader scope implies narrower ones': {
    'tool crm/greet': ['-', 'allow 1 true', 'allow 1 true', 'allow 1 true'],
    'tool files/write_file': ['-', 'allow 1 true', 'allow 1 true', 'allow 1 true'],
  },
  'rules and required scopes add up in the challenge': {
    'tool files/write_file': ['require 1 false', '-', '-', 'require 1 false'],
  },
}
