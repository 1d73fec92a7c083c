import type { Activity, UnixMs } from '../../domain/index.ts';
import { parseCommand } from '../command.ts';
import { type Dropped, redact } from '../redact.ts';
import type { CommandLine, Deed, Entry, Importer, Opened } from './importer.ts';
import { laidBack, longRunsOf, type Timed } from './layBack.ts';
import { remembered } from './remembered.ts';
import { routeOf } from './route.ts';
import { drop, reject, setAside, type Tally } from './tally.ts';

export interface ImportOptions {
  readonly actor: string;
  /** The name under which a client of a log of many clients is stored; absent: all of it is the actor's. */
  readonly pseudonym?: (client: string) => string;
  /** When the history was last written to. */
  readonly endAt: UnixMs;
}

/** What the gate left of a command line or a deed. */
interface Gated {
  readonly of: CommandLine | Deed;
  readonly at?: UnixMs;
  readonly resources: readonly string[];
  readonly workspace?: string;
}

/**
 * Foreign history, through the one redaction gate, in batches as it is read: memory does not grow with the file (see
 * `laidBack` for the one exception). `tally` is filled meanwhile.
 */
export async function* importHistory(
  importer: Importer,
  opened: Opened,
  options: ImportOptions,
  tally: Tally,
): AsyncIterable<readonly Activity[]> {
  const longRuns = opened.rereadable ? () => longRunsOf(commandsOf(importer.read(opened)), options.endAt) : undefined;
  for await (const batch of laidBack(gated(importer.read(opened), tally), options.endAt, longRuns)) {
    const activities = batch.flatMap((entry) => activitiesOf(entry, options));
    tally.written += activities.length;
    if (activities.length > 0) yield activities;
  }
}

/** What would be left of it behind the gate, in the order in which it stands there; nothing has to be known of its times. */
export async function* previewOf(importer: Importer, opened: Opened, tally: Tally): AsyncIterable<readonly string[]> {
  for await (const batch of gated(importer.read(opened), tally)) yield batch.flatMap((entry) => entry.resources);
}

async function* commandsOf(batches: AsyncIterable<readonly Entry[]>): AsyncIterable<readonly CommandLine[]> {
  for await (const batch of batches) yield batch.filter((entry) => entry.is === 'command');
}

async function* gated(batches: AsyncIterable<readonly Entry[]>, tally: Tally): AsyncIterable<readonly Gated[]> {
  const pass = createGate();
  for await (const batch of batches) {
    const passed: Gated[] = [];
    for (const entry of batch) {
      tally.read++;
      if (entry.is === 'misfit') reject(tally, entry.line, entry.problem);
      else if (entry.is === 'aside') setAside(tally, entry.why);
      else passed.push(counted(pass(entry), entry, tally));
    }
    yield passed;
  }
}

interface Passed extends Pick<Gated, 'resources' | 'workspace'> {
  readonly dropped: readonly Dropped[];
}

function counted({ resources, workspace, dropped }: Passed, of: CommandLine | Deed, tally: Tally): Gated {
  drop(tally, dropped);
  if (resources.length > 0) tally.kept++;
  else if (dropped.length > 0) tally.emptied++;
  else reject(tally, of.line, of.is === 'command' ? 'no command in it' : 'no name in it');
  return { of, resources, ...(of.at === undefined ? {} : { at: of.at }), ...(workspace === undefined ? {} : { workspace }) };
}

/** The gate for entries; it remembers what it left of the texts that come again. */
function createGate(): (entry: CommandLine | Deed) => Passed {
  const command = remembered((text): Passed => {
    const { commands, dropped } = parseCommand(text);
    return { resources: commands.map(({ token }) => `command:${token}`), dropped };
  });
  const name = remembered(redact);
  const route = remembered(routeOf);
  const deed = (of: Deed): Passed => {
    const { text, dropped } = of.as === 'route' ? route(numbersAlike(of.name)) : name(of.name);
    const resources = text.trim() === '' ? [] : [`${of.prefix}${shortened(text)}`];
    if (of.workspace === undefined) return { resources, dropped };
    const workspace = name(of.workspace);
    return { resources, workspace: shortened(workspace.text), dropped: [...dropped, ...workspace.dropped] };
  };
  return (entry) => (entry.is === 'command' ? command(entry.text) : deed(entry));
}

/** Calls that differ in numbers only have one route, so that it is looked for once. */
const numbersAlike = (call: string): string => call.replace(/\/\d{1,15}(?=[/?#]|$)/g, '/0');

/** Behind the gate, so that what is cut off is no part of a secret that would else be known. */
const shortened = (text: string): string => text.slice(0, 120);

function activitiesOf(
  { entry: { of, resources, workspace }, laidAt }: Timed<Gated>,
  { actor, pseudonym }: ImportOptions,
): readonly Activity[] {
  const client = of.is === 'deed' ? of.client : undefined;
  return resources.map((resource) => ({
    at: laidAt,
    actor: client === undefined || !pseudonym ? actor : pseudonym(client),
    resource,
    ...(workspace ? { workspace } : {}),
    source: of.is === 'deed' ? of.source : 'import',
    kind: kindOf(of),
    ...(of.durationMs === undefined ? {} : { durationMs: of.durationMs }),
    ...(of.is === 'deed' && of.bytes !== undefined ? { bytes: of.bytes } : {}),
    ...(of.ok === undefined ? {} : { ok: of.ok }),
  }));
}

function kindOf(of: CommandLine | Deed): string {
  if (of.is === 'deed') return of.kind;
  return of.at === undefined ? 'command.recalled' : 'command.started';
}
