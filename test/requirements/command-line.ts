import type { Requirement } from './requirement.ts'

/** The command line. */
export const commandLine: readonly Requirement[] = [
  // Command line
  {
    id: 'CLI-1',
    behaviour: '`portcullis -f FILE` serves the file; `-` reads it from standard input',
    source: 'docs/configuration.md',
  },
  {
    id: 'CLI-2',
    behaviour:
      'Without arguments `./portcullis.yaml` is served; where there is none, the message names `demo` and `--help` and the exit code is 1',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-3',
    behaviour: '`--issuer … (--to URL or -- CMD ARGS…)` protects one server without a file',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-4',
    behaviour:
      '`--print-config` prints the YAML that the command line stands for, and that YAML means the same',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-5',
    behaviour:
      '`validate` prints all diagnostics and exits 0 or 1; `--json` prints them for machines',
    source: 'docs/configuration.md',
  },
  {
    id: 'CLI-6',
    behaviour: '`schema` prints the JSON Schema of the file',
    source: 'docs/configuration.md',
  },
  {
    id: 'CLI-7',
    behaviour:
      'Start-up prints listener, route, mode, provider, metadata URL and targets in aligned lines',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-8',
    behaviour:
      'SIGTERM and SIGINT: no new connections, running calls end within a bound, streams close, children stop, exit code 0',
    source: 'docs/operations.md',
  },
  {
    id: 'CLI-9',
    behaviour: 'A second signal exits at once',
    source: 'docs/operations.md',
  },
  {
    id: 'CLI-10',
    behaviour:
      'A port in use, a missing file, a command that does not exist: one sentence, exit code 1',
    source: 'docs/troubleshooting.md',
  },
  {
    id: 'CLI-11',
    behaviour:
      '`demo` needs nothing: identity provider, MCP server and gateway start, and it prints the MCP URL, the users and how to connect',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-12',
    behaviour: '`--port 0` takes free ports, and what is printed names them',
    source: 'docs/quick-start.md',
  },
  {
    id: 'CLI-13',
    behaviour: '`explain` says which rule decides and what each one says, and exits 0 or 3',
    source: 'docs/authorization.md',
  },
  {
    id: 'CLI-14',
    behaviour: '`validate` prints for every rule what it applies to',
    source: 'docs/authorization.md',
  },
  {
    id: 'DOCTOR-1',
    behaviour:
      '`doctor URL` asks what clients ask before a login, registers nothing, and exits 0 when no client is kept out, else 1',
    source: 'docs/troubleshooting.md',
  },
  {
    id: 'DOCTOR-2',
    behaviour: 'Each thing that keeps a client out is a finding with evidence and a change to make',
    source: 'docs/troubleshooting.md',
  },
  {
    id: 'DOCTOR-3',
    behaviour:
      'Where two texts have to be equal, the first byte that differs is marked; for each known client it is said what keeps it out',
    source: 'docs/troubleshooting.md',
  },
  {
    id: 'DOCTOR-4',
    behaviour:
      '`doctor --token FILE` says why a token is refused; the token is sent to the endpoint only',
    source: 'docs/troubleshooting.md',
  },
]
