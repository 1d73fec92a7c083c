import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { docker } from './engine.ts';
import type { Shop } from './shop.ts';

/** Where something was written, and what. */
export type Evidence = ReadonlyMap<string, string>;

/** The places in which one of the values stands, plainly or encoded. */
export function leaksIn(evidence: Evidence, values: readonly string[]): readonly string[] {
  const forms = values.flatMap(formsOf);
  return [...evidence].filter(([, text]) => forms.some((form) => text.includes(form))).map(([place]) => place);
}

/** Plain, in a URL, in hexadecimal, and in Base64 of any text that the value is part of. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const base64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]);
    // The first and the last group may hold bits of the neighbours.
    const core = whole.toString('base64').slice(before === 0 ? 0 : 4, Math.floor(whole.length / 3) * 4);
    return [core, core.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [value, encodeURIComponent(value), bytes.toString('hex'), ...base64];
}

/** Everything in a folder, but for what `left` names. */
export function filesIn(folder: string, left: string): readonly (readonly [string, string])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => relative(folder, path).split(sep)[0] !== left)
    .map((path) => [`file ${relative(folder, path)}`, readFileSync(path, 'latin1')] as const);
}

/** What the engine tells of the shop's containers, networks and volumes, except for the environment that containers are meant to have. */
export async function engineEvidence(shop: Shop): Promise<readonly (readonly [string, string])[]> {
  const evidence: (readonly [string, string])[] = [];
  const volumes: string[] = [];
  for (const { Id, Names } of await shop.containers()) {
    const container = docker.getContainer(Id);
    const { Config, Path, Args, Mounts, HostConfig, Name } = await container.inspect();
    const { Labels, Cmd, Entrypoint, Healthcheck } = Config;
    evidence.push([`labels of ${Names[0]}`, JSON.stringify(Labels)]);
    evidence.push([`command line of ${Names[0]}`, JSON.stringify([Path, Args, Cmd, Entrypoint, Healthcheck, HostConfig, Name])]);
    evidence.push([`log of ${Names[0]}`, execFileSync('docker', ['logs', Id], { encoding: 'latin1', stdio: 'pipe' })]);
    evidence.push([`log of ${Names[0]} (errors)`, logErrors(Id)]);
    volumes.push(...Mounts.flatMap((m) => ('Name' in m && m.Name ? [m.Name] : [])));
  }
  for (const name of volumes) evidence.push([`volume ${name}`, JSON.stringify(await docker.getVolume(name).inspect())]);
  const label = [`com.docker.compose.project=${shop.folder.split(sep).at(-1)}`];
  for (const network of await docker.listNetworks({ filters: { label } }))
    evidence.push([`network ${network.Name}`, JSON.stringify(network)]);
  return evidence;
}

/** What the engine told everyone meanwhile: containers made, programs run inside. `since` is in Unix seconds. */
export function engineEvents(shop: Shop, since: number): string {
  const filter = `label=com.docker.compose.project=${shop.workspace.name}`;
  const range = ['--since', String(since), '--until', String(Math.ceil(Date.now() / 1000))];
  return execFileSync('docker', ['events', ...range, '--filter', filter, '--format', '{{json .}}'], {
    encoding: 'latin1',
    stdio: 'pipe',
    maxBuffer: 1e8,
  });
}

/** PostgreSQL writes its log to standard error. */
function logErrors(container: string): string {
  return execFileSync('sh', ['-c', 'docker logs "$1" 2>&1 >/dev/null', 'sh', container], { encoding: 'latin1' });
}

/**
 * A process that looks at the arguments of all processes, those in containers among them, every 20 ms: by /proc where there is one, and
 * by `ps` each half second.
 */
export async function watchArguments(): Promise<() => Promise<readonly (readonly [string, string])[]>> {
  const folder = mkdtempSync(join(tmpdir(), 'prewarm-arguments-'));
  const child = spawn(process.execPath, ['-e', WATCHER, folder], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((begun) => child.stdout.once('data', begun));
  return async () => {
    const ended = new Promise((end) => child.once('exit', end));
    child.stdin.end();
    await ended;
    return filesIn(folder, '').map(([name, text]) => [name.replace('file ', 'arguments by '), text] as const);
  };
}

const WATCHER = `
const fs = require('node:fs'), { execFileSync } = require('node:child_process');
const folder = process.argv[1], seen = { proc: new Set(), ps: new Set() };
const note = (by, text) => { if (!seen[by].has(text)) { seen[by].add(text); fs.appendFileSync(folder + '/' + by, text + '\\n'); } };
const look = () => {
  for (const pid of fs.existsSync('/proc') ? fs.readdirSync('/proc') : [])
    if (/^\\d+$/.test(pid)) try { note('proc', fs.readFileSync('/proc/' + pid + '/cmdline', 'latin1').replaceAll('\\0', ' ')); } catch {}
};
const ps = () => { for (const line of execFileSync('ps', ['-eo', 'args'], { encoding: 'latin1', maxBuffer: 1e8 }).split('\\n')) note('ps', line); };
look(); ps(); console.log('begun');
const timers = [setInterval(look, 20), setInterval(ps, 500)];
process.stdin.resume().on('end', () => { ps(); look(); timers.forEach(clearInterval); });
`;
