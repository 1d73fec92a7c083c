import { pathToFileURL } from 'node:url';
import { run } from './run.mjs';

const SERIOUS = ['high', 'critical'];

/**
 * Known weaknesses of what the lock file names, as the registry tells them. `unknown`: why it could not tell; else `found`: one line for each
 * that is high or critical.
 */
export async function audit(cwd = process.cwd()) {
  const { output } = await run('npm', ['audit', '--json'], { cwd });
  const said = parsed(output.slice(output.indexOf('{')));
  if (!said?.vulnerabilities) return { unknown: said?.message ?? 'npm audit gave no answer', found: [] };
  const serious = Object.values(said.vulnerabilities).filter(({ severity }) => SERIOUS.includes(severity));
  return { found: serious.map(({ name, severity, range }) => `${name} ${range}: ${severity}`) };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { unknown, found } = await audit();
  console.log(unknown ? `not run: ${unknown}` : found.length > 0 ? found.join('\n') : 'no high or critical weakness is known');
  process.exit(found.length > 0 ? 1 : 0);
}
