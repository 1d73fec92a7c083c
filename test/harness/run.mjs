import { spawn } from 'node:child_process';

/** On Windows these are batch files, which only a shell starts. */
const BATCH = new Set(process.platform === 'win32' ? ['npm', 'code'] : []);

/** Runs a program to its end; resolves to {code, output}. With `show` its output also goes to standard error. */
export function run(command, args, { show = false, ...options } = {}) {
  return new Promise((resolve) => {
    const shell = BATCH.has(command);
    const child = spawn(command, shell ? args.map(quoted) : args, { stdio: ['ignore', 'pipe', 'pipe'], shell, ...options });
    let output = '';
    const take = (data) => {
      output += data;
      if (show) process.stderr.write(data);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', (error) => resolve({ code: error.code === 'ENOENT' ? 127 : 126, output: String(error) }));
    child.on('close', (code) => resolve({ code: code ?? 130, output }));
  });
}

/** The same, but a failure is an error that shows the last lines. */
export async function must(command, args, options) {
  const { code, output } = await run(command, args, options);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} exited ${code}:\n${output.split('\n').slice(-25).join('\n')}`);
  return output;
}

export const has = async (command) => (await run(command, ['--version'])).code === 0;
export const say = (text) => process.stderr.write(`· ${text}\n`);

const quoted = (argument) => (/[\s&]/.test(argument) ? `"${argument}"` : argument);
