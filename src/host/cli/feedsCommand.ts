import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ParseError, parse } from 'jsonc-parser';
import type { FeedData, FeedState } from '../../app/feeds/feed.ts';
import { readFeedSettings } from '../../app/feeds/feedSettings.ts';
import { createFeeds, type Feeds } from '../../app/feeds/feeds.ts';
import { type Fault, failed, ok, type Result, type Series } from '../../domain/index.ts';
import { createFeedPorts } from '../node/feeds/feedPorts.ts';
import { environmentSecrets } from '../node/feeds/feedSecrets.ts';
import { defaultStateFolder } from '../node/openApp.ts';
import { workspacesIn } from '../node/startSweeper.ts';
import { workspaceOf } from '../node/workspaceIdentity.ts';
import type { Invocation, Report } from './command.ts';

/** `list` (also without a word), `fetch <name>`. Feeds are those of `.vscode/settings.json`; nothing is asked by itself. */
export async function feedsCommand(invocation: Invocation): Promise<Result<Report>> {
  const [what = 'list', name, ...more] = invocation.positionals;
  if (what !== 'list' && what !== 'fetch')
    return failed('wrong-usage', 'never', `prewarm feeds does not know “${what}”; it knows list and fetch.`);
  if (what === 'fetch' && (name === undefined || more.length > 0))
    return failed('wrong-usage', 'never', 'Which feed? Usage: prewarm feeds fetch <name>');
  const settings = await settingsOf(invocation);
  if (!settings.ok) return settings;
  const { feeds: list, problems } = readFeedSettings(settings.value);
  const faults = problems.map((message): Fault => ({ code: 'wrong-usage', retry: 'never', message }));
  const feeds = openFeeds(invocation);
  await feeds.apply(list);
  try {
    return what === 'list' || name === undefined
      ? ok(listed(feeds.state(), faults))
      : await fetched(feeds, name, invocation.signal, faults);
  } finally {
    await feeds.dispose();
  }
}

function openFeeds({ options, terminal }: Invocation): Feeds {
  const workspace = workspaceOf(String(options.workspace ?? '.'));
  const storage = join(workspacesIn(String(options.state ?? defaultStateFolder())), workspace.id);
  const ports = createFeedPorts({
    folder: workspace.folder,
    storage,
    secret: environmentSecrets(process.env),
    log: (line) => terminal.message(line),
  });
  return createFeeds({
    ...ports,
    now: Date.now,
    random: Math.random,
    // Only what is asked for by name is asked.
    after: () => () => {},
    allowed: () => true,
    tell: () => {},
    changed: () => {},
  });
}

/** The setting as it stands in the workspace's settings, which may have comments; without that file there are no feeds. */
async function settingsOf({ options }: Invocation): Promise<Result<unknown>> {
  const own = join(String(options.workspace ?? '.'), '.vscode', 'settings.json');
  const file = options.settings === undefined ? own : String(options.settings);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => error);
  if (typeof text !== 'string') {
    if (text.code === 'ENOENT' && options.settings === undefined) return ok(undefined);
    return failed('not-found', 'never', `${file} could not be read (${text.code ?? 'no reason given'}).`);
  }
  const errors: ParseError[] = [];
  const json = parse(text, errors, { allowTrailingComma: true }) as unknown;
  if (errors.length > 0) return failed('bad-file', 'never', `${file} is no JSON with comments. Mend it.`);
  return ok(typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>)['prewarm.feeds'] : undefined);
}

function listed(feeds: readonly FeedState[], faults: readonly Fault[]): Report {
  return {
    json: { feeds, faults },
    lines: feeds.length === 0 ? ['There are no feeds. The setting prewarm.feeds in .vscode/settings.json names them.'] : feeds.map(line),
    faults,
  };
}

function line({ name, type, answeredAt, series, events }: FeedState): string {
  const last =
    answeredAt === undefined ? 'not asked yet' : `${series} series, ${events} planned events, ${new Date(answeredAt).toISOString()}`;
  return `${name.padEnd(24)} ${type.padEnd(18)} ${last}`;
}

async function fetched(feeds: Feeds, name: string, signal: AbortSignal, faults: readonly Fault[]): Promise<Result<Report>> {
  const answer = await feeds.fetchNow(name, signal);
  if (!answer.ok) return answer;
  const problems = feeds.state().find((feed) => feed.name === name)?.problems ?? [];
  return ok({ json: jsonOf(name, answer.value, problems), lines: [...linesOf(answer.value), ...problems.map((p) => `! ${p}`)], faults });
}

/** Gaps are null. */
const jsonOf = (feed: string, { series, events }: FeedData, problems: readonly string[]): object => ({
  feed,
  series: series.map((one) => ({ ...one, values: Array.from(one.values, (value) => (Number.isNaN(value) ? null : value)) })),
  events,
  problems,
});

const linesOf = ({ series, events }: FeedData): readonly string[] => [
  ...series.map(seriesLine),
  ...events.map(
    (e) =>
      `${new Date(e.from).toISOString()} – ${new Date(e.until).toISOString()}  ${e.name}${e.factor === undefined ? '' : ` (× ${e.factor})`}`,
  ),
  ...(series.length + events.length === 0 ? ['It answered, and told nothing.'] : []),
];

function seriesLine({ id, quantity, startAt, stepMs, values }: Series): string {
  const known = values.filter((value) => !Number.isNaN(value));
  const last = known.at(-1);
  const from = new Date(startAt).toISOString();
  return `${id}  ${quantity}, ${known.length} of ${values.length} steps of ${stepMs / 1000} s from ${from}${last === undefined ? '' : `, last ${Number(last.toPrecision(6))}`}`;
}
