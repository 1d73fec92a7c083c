import type { Result } from '../../domain/index.ts';
import type { Command, Invocation, Report } from './command.ts';

type Run = (invocation: Invocation) => Promise<Result<Report>>;
const lazily = (load: () => Promise<Run>) => async (invocation: Invocation) => (await load())(invocation);

const live = {
  workspace: { type: 'string', hint: 'The workspace folder (default: the current folder).' },
  state: { type: 'string', hint: 'Where Prewarm keeps its own files (default: the user data folder).' },
} as const;

/** The commands of DESIGN §5.3 as one table; each loads its code on first use. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  scan: {
    usage: 'prewarm scan <folder>',
    summary: 'Finds the resources that a workspace declares',
    positionals: { min: 0, max: 1 },
    run: lazily(async () => (await import('./traceCommands.ts')).scanCommand),
  },
  import: {
    usage: 'prewarm import <format> <file> [-o trace.jsonl]   (- is standard input; an unknown format lists all)',
    summary: 'Turns foreign history (shells, logs, traces, …) into a redacted activity trace',
    positionals: { min: 2, max: 2 },
    options: {
      output: { type: 'string', hint: 'Where the trace goes; without it the trace is not kept.' },
      actor: { type: 'string', hint: 'Name of the actor in the trace (default: local; clients of a log get names of their own).' },
    },
    run: lazily(async () => (await import('./traceCommands.ts')).importCommand),
  },
  learn: {
    usage: 'prewarm learn <trace…> [-o personas.json]',
    summary: 'Learns personas from activity traces',
    positionals: { min: 1, max: Number.POSITIVE_INFINITY },
    options: {
      output: {
        type: 'string',
        hint: 'Write the persona document (PDL) here. What people wrote in a document that is there already survives.',
      },
    },
    run: lazily(async () => (await import('./traceCommands.ts')).learnCommand),
  },
  cluster: {
    usage: 'prewarm cluster <trace> [--labels F.csv]',
    summary: 'Sessions to personas, held against labels',
    positionals: { min: 1, max: Number.POSITIVE_INFINITY },
    options: {
      labels: { type: 'string', hint: 'A table actor,label to hold the personas against; learning never reads it.' },
      method: { type: 'string', hint: 'mixture (what Prewarm uses), kmeans or dbscan.' },
      k: { type: 'string', hint: 'The number of clusters, for --method kmeans alone.' },
      seeds: { type: 'string', hint: 'Do it with so many seeds and say how stable it is.' },
      'actors-min': { type: 'string', hint: 'Leave out actors with fewer activities (10).' },
    },
    run: lazily(async () => (await import('./traceCommands.ts')).clusterCommand),
  },
  profile: {
    usage: 'prewarm profile [log or trace…] [--format F]   (- is standard input; without any, the journal of the workspace)',
    summary: 'Tells how resources are used: kinds of traffic, their rates, sizes, errors and peaks',
    positionals: { min: 0, max: Number.POSITIVE_INFINITY },
    options: {
      ...live,
      format: { type: 'string', hint: 'The format, where it cannot be told by how the file begins; an unknown one lists all.' },
    },
    run: lazily(async () => (await import('./traceCommands.ts')).profileCommand),
  },
  match: {
    usage: 'prewarm match <trace> [--personas FILE]',
    summary: 'Says which persona a session is becoming and what it will need',
    positionals: { min: 1, max: 1 },
    options: {
      personas: { type: 'string', hint: 'A persona document; without it personas are learnt from all but the last session of the trace.' },
    },
    run: lazily(async () => (await import('./traceCommands.ts')).matchCommand),
  },
  backtest: {
    usage:
      'prewarm backtest <trace…> [--population] [--actors-min N] [--models A,B] | --warm <uses> [--context TRACE] [--key resource|actor-resource]',
    summary: 'Predicts, then learns, over a trace, beside the baselines',
    positionals: { min: 0, max: Number.POSITIVE_INFINITY },
    options: {
      population: { type: 'boolean', hint: 'What other actors did before may be used.' },
      'actors-min': { type: 'string', hint: 'Leave out actors with fewer activities (20; 2 with --population).' },
      models: {
        type: 'string',
        hint: 'Only these models, separated by commas; names challengers that are not run otherwise (gru, hour of week).',
      },
      warm: { type: 'string', hint: 'Replay the warm-or-not decision over the uses in this trace.' },
      context: { type: 'string', hint: 'With --warm: further activities of the same actors.' },
      key: {
        type: 'string',
        hint: 'With --warm: what can be warm, a resource of each actor (actor-resource, the default) or of all (resource).',
      },
      'cold-start-ms': { type: 'string', hint: 'With --warm: what a cold start costs (default 5000).' },
      plot: { type: 'string', hint: 'With --warm: draw cold starts over idle-warm minutes into this SVG file.' },
    },
    run: lazily(async () => (await import('./traceCommands.ts')).backtestCommand),
  },
  plan: {
    usage: 'prewarm plan [--workspace FOLDER]',
    summary: 'Shows what would be done now, and why',
    positionals: { min: 0, max: 0 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).planCommand),
  },
  why: {
    usage: 'prewarm why <resource>',
    summary: 'Explains the decision on one resource',
    positionals: { min: 1, max: 1 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).whyCommand),
  },
  up: {
    usage: 'prewarm up [resource…]',
    summary: 'Warms resources of the workspace (all where none is named) and says when they are ready',
    positionals: { min: 0, max: Number.POSITIVE_INFINITY },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).upCommand),
  },
  down: {
    usage: 'prewarm down [resource…]',
    summary: 'Cools resources that Prewarm started; volumes stay',
    positionals: { min: 0, max: Number.POSITIVE_INFINITY },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).downCommand),
  },
  status: {
    usage: 'prewarm status',
    summary: 'Shows how warm each resource is',
    positionals: { min: 0, max: 0 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).statusCommand),
  },
  env: {
    usage: 'prewarm env [resource]',
    summary: 'Prints, for `eval`, the variables by which programs reach what is warm, with passwords',
    positionals: { min: 0, max: 1 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).envCommand),
  },
  credentials: {
    usage: 'prewarm credentials [list | rotate [resource…] | forget [resource…]]',
    summary: 'Lists, makes or renews, and erases generated roles of databases',
    positionals: { min: 0, max: Number.POSITIVE_INFINITY },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).credentialsCommand),
  },
  snapshots: {
    usage: 'prewarm snapshots [list | bake <resource> | prune [--to GB] [--yes] | remove <id>]',
    summary: 'Lists, bakes and removes the seeded states that are kept to start from',
    positionals: { min: 0, max: 2 },
    options: {
      ...live,
      to: { type: 'string', hint: 'With prune: remove until all that is left takes no more than so many GB, today’s declaration last.' },
      yes: { type: 'boolean', hint: 'With prune: without asking.' },
    },
    run: lazily(async () => (await import('./workspaceCommands.ts')).snapshotsCommand),
  },
  personas: {
    usage:
      'prewarm personas [list | rename <persona> <name> | merge <persona> <other> | split <persona> | delete <persona> | export [persona…] [-o FILE] | import <file> | check [file] | versions <persona> | compare <persona> <version> [<version>] | rollback <persona> <version> | release <persona>]',
    summary: 'Lists, edits, checks, imports and exports personas, and goes back to earlier versions of them',
    positionals: { min: 0, max: Number.POSITIVE_INFINITY },
    options: {
      ...live,
      output: {
        type: 'string',
        hint: 'With export: write the persona document to this file; of one that is there already, what others wrote stays.',
      },
    },
    run: lazily(async () => (await import('./workspaceCommands.ts')).personasCommand),
  },
  feeds: {
    usage: 'prewarm feeds [list | fetch <name>] [--settings FILE]',
    summary: 'Lists the sources of demand that the workspace’s settings name, and asks one',
    positionals: { min: 0, max: 2 },
    options: { ...live, settings: { type: 'string', hint: 'Another file than .vscode/settings.json, with “prewarm.feeds” in it.' } },
    run: lazily(async () => (await import('./workspaceCommands.ts')).feedsCommand),
  },
  experiments: {
    usage:
      'prewarm experiments [list | rehearse <persona> <version A> <version B> [--seed N] | start <persona> <version A> <version B> | report <id> | stop <id> | resume <id>]',
    summary: 'Tests a version of a persona, or how eager to be for it, against another, session by session',
    positionals: { min: 0, max: 4 },
    options: { ...live, seed: { type: 'string', hint: 'Of a rehearsal: the same number gives the same result (default: 1).' } },
    run: lazily(async () => (await import('./workspaceCommands.ts')).experimentsCommand),
  },
  mcp: {
    usage: 'prewarm mcp [--workspace FOLDER] [--allow-warm]',
    summary: 'Serves coding agents over the Model Context Protocol, on standard input and output',
    positionals: { min: 0, max: 0 },
    options: {
      ...live,
      'allow-warm': { type: 'boolean', hint: 'Agents may also warm what they need; without it they can only ask.' },
    },
    run: lazily(async () => (await import('./mcp/mcpCommand.ts')).mcpCommand),
  },
  capacity: {
    usage: 'prewarm capacity [--quantile Q] [--workspace FOLDER]',
    summary: 'Shows what is expected to be asked for, planned and free, what would give way, and what less waiting costs',
    positionals: { min: 0, max: 0 },
    options: { ...live, quantile: { type: 'string', hint: 'Plan so that it is enough with this probability (0.9).' } },
    run: lazily(async () => (await import('./workspaceCommands.ts')).capacityCommand),
  },
  ledger: {
    usage: 'prewarm ledger [--workspace FOLDER]',
    summary: 'Shows what was gained and wasted, and what other policies would have done',
    positionals: { min: 0, max: 0 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).ledgerCommand),
  },
  demand: {
    usage: 'prewarm demand [hour | day | week] [--workspace FOLDER]',
    summary: 'Foresees how often each persona and resource of the workspace is needed',
    positionals: { min: 0, max: 1 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).demandCommand),
  },
  journal: {
    usage: 'prewarm journal [--limit N]',
    summary: 'Shows what is recorded of the workspace, newest first, and what was left out',
    positionals: { min: 0, max: 0 },
    options: { ...live, limit: { type: 'string', hint: 'At most so many lines (200; 0: all).' } },
    run: lazily(async () => (await import('./workspaceCommands.ts')).journalCommand),
  },
  export: {
    usage: 'prewarm export <folder>',
    summary: 'Copies all that is kept of the workspace into a new folder there',
    positionals: { min: 1, max: 1 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).exportCommand),
  },
  erase: {
    usage: 'prewarm erase [--everywhere] [--datasets] [--snapshots] [--yes]',
    summary: 'Erases all that was recorded and learnt of the workspace',
    positionals: { min: 0, max: 0 },
    options: {
      ...live,
      everywhere: { type: 'boolean', hint: 'Of every other workspace, too.' },
      datasets: { type: 'boolean', hint: 'And the cache of datasets.' },
      snapshots: { type: 'boolean', hint: 'And seeded states and copies that are not in use, with what was changed in them.' },
      yes: { type: 'boolean', hint: 'Without asking.' },
    },
    run: lazily(async () => (await import('./workspaceCommands.ts')).eraseCommand),
  },
  doctor: {
    usage: 'prewarm doctor',
    summary: 'Checks the engines and tools that Prewarm can use (redacted, fit for an issue)',
    positionals: { min: 0, max: 0 },
    options: live,
    run: lazily(async () => (await import('./workspaceCommands.ts')).doctorCommand),
  },
  forecast: {
    usage: 'prewarm forecast <series.csv> --horizon N [--season N] [--hold-out]',
    summary: 'Foresees a series with an interval, or scores how well its end could have been foreseen',
    positionals: { min: 1, max: 1 },
    options: {
      horizon: { type: 'string', hint: 'How many steps ahead.' },
      season: { type: 'string', hint: 'Steps in a season, or several as 24,168; without it the day and the week are tried.' },
      level: { type: 'string', hint: 'Of the interval (0.95).' },
      'time-zone': { type: 'string', hint: 'Whose wall clock people keep to, such as Europe/Berlin (UTC).' },
      'hold-out': { type: 'boolean', hint: 'Foresee the last --horizon values from those before, and score every method.' },
    },
    run: lazily(async () => (await import('./traceCommands.ts')).forecastCommand),
  },
  anomalies: {
    usage: 'prewarm anomalies <series.csv>',
    summary: 'Scores each row of a series from those before it, and says what was not expected and why',
    positionals: { min: 1, max: 1 },
    run: lazily(async () => (await import('./traceCommands.ts')).anomaliesCommand),
  },
  simulate: {
    usage:
      'prewarm simulate <personas.json> [--persona NAME] [--duration D] [--scale X] [--seed N] [--engine live] [-o FILE] | --compare <a.json> <b.json>',
    summary: 'Rehearses personas on a model of their resources, finds what goes wrong, and tries what would help',
    positionals: { min: 1, max: 2 },
    options: {
      persona: { type: 'string', hint: 'Whose traffic: a name, several with commas, or all (not needed where there is one).' },
      duration: { type: 'string', hint: 'Simulated time: 90s, 10m, 1h30m, 1d, PT1H (10m).' },
      scale: { type: 'string', hint: 'Times as many arrivals (1).' },
      seed: { type: 'string', hint: 'The same seed gives the same result, to the byte (1).' },
      start: {
        type: 'string',
        hint: 'When it begins, such as 2026-11-30T09:00 (the mean rate of all hours; of a day and more, the busiest day’s 00:00).',
      },
      rung: { type: 'string', hint: 'How warm resources are at the beginning that do not say so themselves (ready).' },
      replications: { type: 'string', hint: 'Independent runs that intervals are made of (10; 2 and more where each is long).' },
      slow: { type: 'string', hint: 'Inject delays: ID=200ms, several with commas.' },
      fail: { type: 'string', hint: 'Inject errors: ID=0.05, several with commas.' },
      practices: { type: 'string', hint: 'A set of practices besides the shipped ones and practices.json beside the personas.' },
      output: { type: 'string', hint: 'Save the result as JSON, or as a table where the name ends in .csv.' },
      'save-practices': {
        type: 'string',
        hint: 'Save the practices that follow for these personas: a set that --practices can name later.',
      },
      compare: { type: 'boolean', hint: 'Hold two saved results side by side.' },
      engine: {
        type: 'string',
        hint: 'model (a simulation), or live: real requests against what Prewarm warms in the workspace, on this machine only (model).',
      },
      'keep-warm': { type: 'boolean', hint: 'With --engine live: leave warm what was warmed for it.' },
      ...live,
    },
    run: lazily(async () => (await import('./simulateCommand.ts')).simulateCommand),
  },
  remedy: {
    usage: 'prewarm remedy <rehearsal.json> [--apply N [--statement SQL] [--persona NAME] [--yes]] | --list | --undo ID',
    summary: 'Applies what a saved rehearsal recommends, and takes it back',
    positionals: { min: 0, max: 1 },
    options: {
      ...live,
      apply: { type: 'string', hint: 'The number of the recommendation that is applied.' },
      statement: { type: 'string', hint: 'CREATE INDEX name ON table (…), where an index is recommended.' },
      persona: { type: 'string', hint: 'Whose workflow something is kept warm for (every one).' },
      undo: { type: 'string', hint: 'The one that is taken back; --list names them.' },
      list: { type: 'boolean', hint: 'What was applied, and what came of it.' },
      yes: { type: 'boolean', hint: 'Do not ask.' },
    },
    run: lazily(async () => (await import('./workspaceCommands.ts')).remedyCommand),
  },
};
