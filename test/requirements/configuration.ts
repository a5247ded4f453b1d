import type { Requirement } from './requirement.ts'

/** The file, and what happens when it changes. */
export const configuration: readonly Requirement[] = [
  // Configuration
  {
    id: 'CFG-1',
    behaviour:
      '`binds`, the short `mcp` block and `gateways` with `routes` mean the same and can be mixed',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-2',
    behaviour:
      'Older spellings (`jwksUrl`, `audience`, `jwks` as a string, `Strict`) are understood',
    source: 'docs/agentgateway.md',
  },
  {
    id: 'CFG-3',
    behaviour:
      'All problems are reported at once, each with file, line, column, path, what was got and what was wanted',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-4',
    behaviour: 'A misspelt key is an error that names the nearest one',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-5',
    behaviour: 'A policy of agentgateway that is not supported is refused by name, never ignored',
    source: 'docs/agentgateway.md',
  },
  {
    id: 'CFG-6',
    behaviour:
      'What lies outside the project (`llm`, `ai`, `a2a` …) is refused with a sentence that says so',
    source: 'docs/agentgateway.md',
  },
  {
    id: 'CFG-7',
    behaviour:
      'Variables of the environment are expanded in string values after parsing, so that a value can never change the structure',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-8',
    behaviour: 'A secret may be given as a file; a missing variable or file is an error',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-9',
    behaviour: 'Secrets never appear in diagnostics, logs or dumps',
    source: 'SECURITY.md',
  },
  {
    id: 'CFG-10',
    behaviour:
      'A listener with certificate and key speaks TLS; several host names on one port are told apart by SNI',
    source: 'RFC 6066 §3',
  },
  {
    id: 'CFG-11',
    behaviour:
      'A port that is used twice is an error, two listeners for the same host name get a warning',
    source: 'docs/configuration.md',
  },
  {
    id: 'CFG-12',
    behaviour: 'A `*` origin together with credentials in `cors` is an error',
    source: 'Fetch, CORS protocol and credentials',
  },
  {
    id: 'CFG-13',
    behaviour: 'An unprotected route that can be reached from other machines gets a warning',
    source: 'SECURITY.md',
  },
  {
    id: 'CFG-14',
    behaviour: 'Every YAML of the documentation and every file of examples/ loads',
    source: 'docs/configuration.md',
  },
  // Reload
  {
    id: 'RELOAD-1',
    behaviour: 'A change of the file, or of any file that it names, takes effect without a restart',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-2',
    behaviour:
      'Replacing the file by rename (editors) and by symlink swap (mounted ConfigMaps) is noticed',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-3',
    behaviour: 'An invalid configuration never replaces a valid one; its diagnostics are logged',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-4',
    behaviour: 'A request sees one configuration from its first byte to its last',
    source: 'SECURITY.md',
  },
  {
    id: 'RELOAD-5',
    behaviour: 'Running streams and sessions survive a reload that does not concern them',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-6',
    behaviour:
      'Under load no request fails because of a reload, and no file descriptor is left behind',
    source: 'docs/operations.md',
  },
  {
    id: 'RELOAD-7',
    behaviour: 'A new certificate is used by new connections without a restart',
    source: 'docs/operations.md',
  },
]
