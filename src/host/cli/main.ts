import { parseArgs } from 'node:util';
import type { Command, Report } from './command.ts';
import { COMMANDS } from './commands.ts';
import { createTerminal } from './terminal.ts';
import { VERSION } from './version.ts';

const EXIT = { done: 0, failed: 1, wrongUsage: 2 } as const;

/** arguments → ports → app → exit code (DESIGN §5.3). */
async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help());
    return name === undefined ? EXIT.wrongUsage : EXIT.done;
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${VERSION}\n`);
    return EXIT.done;
  }
  const command = COMMANDS[name];
  if (!command) return wrongUsage(`There is no command “${name}”. \`prewarm help\` lists them.`);
  if (rest.includes('--help') || rest.includes('-h')) {
    process.stdout.write(commandHelp(command));
    return EXIT.done;
  }
  return run(name, command, rest);
}

async function run(name: string, command: Command, rest: readonly string[]): Promise<number> {
  const parsed = parse(command, rest);
  if ('problem' in parsed) return wrongUsage(`${parsed.problem}\nUsage: ${command.usage}`);
  const json = parsed.options.json === true;
  const terminal = createTerminal(json ? 'quiet' : 'talkative');
  const controller = new AbortController();
  const interrupted = (): void => controller.abort();
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  const result = await command.run({ ...parsed, terminal, signal: controller.signal });
  process.off('SIGINT', interrupted);
  terminal.endProgress();
  if (!result.ok) {
    terminal.message(`prewarm ${name}: ${result.fault.message}`);
    return result.fault.code === 'wrong-usage' ? EXIT.wrongUsage : EXIT.failed;
  }
  print(result.value, json);
  return result.value.faults?.length ? EXIT.failed : EXIT.done;

  function print(report: Report, asJson: boolean): void {
    if (asJson && report.json) terminal.out(JSON.stringify(report.json));
    else for (const line of report.lines) terminal.out(line);
    for (const fault of report.faults ?? []) terminal.message(`! ${fault.message}`);
  }
}

function parse(command: Command, rest: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...rest],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        ...Object.fromEntries(
          Object.entries(command.options ?? {}).map(([key, o]) => [
            key,
            key === 'output' ? { type: o.type, short: 'o' } : { type: o.type },
          ]),
        ),
      },
    });
    const { min, max } = command.positionals;
    if (positionals.length < min || positionals.length > max) {
      return {
        problem: `Expected ${min === max ? min : `${min} to ${max === Number.POSITIVE_INFINITY ? 'any number of' : max}`} argument(s), got ${positionals.length}.`,
      };
    }
    return { positionals, options: values as Record<string, string | boolean | undefined> };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

function wrongUsage(message: string): number {
  process.stderr.write(`prewarm: ${message}\n`);
  return EXIT.wrongUsage;
}

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, c]) => `  ${name.padEnd(11)} ${c.summary}`);
  return `prewarm: has warm what you are about to need.\n\nUsage: prewarm <command> [options]   (--json everywhere)\n\n${rows.join('\n')}\n\nprewarm <command> --help says more.\n`;
}

function commandHelp(command: Command): string {
  const options = Object.entries(command.options ?? {}).map(([key, o]) => `  --${key}${o.type === 'string' ? ' …' : ''}\n      ${o.hint}`);
  return `${command.summary}\n\nUsage: ${command.usage}\n${options.length > 0 ? `\n${options.join('\n')}\n` : ''}  --json\n      One JSON object on standard output, messages on standard error.\n`;
}

// A closed pipe (`prewarm … | head`) is not an error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (bug: unknown) => {
    process.stderr.write(`prewarm: this is a bug, please report it.\n${bug instanceof Error ? bug.stack : String(bug)}\n`);
    process.exitCode = EXIT.failed;
  },
);
