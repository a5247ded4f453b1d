import { main } from './main.ts'

/** Runs the program as the process that it is: its arguments, environment, output and exit code. */
export async function runProcess(): Promise<void> {
  // `portcullis schema | head` closes the pipe; what is left to write is wanted by nobody.
  process.stdout.on('error', () => process.exit(0))
  const code = await main(process.argv.slice(2), {
    environment: process.env,
    print: text => console.log(text),
    complain: text => console.error(text),
  })
  // Not at once: what was written to a pipe has to get there first.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(code)))
}
