import { MODES } from '../../domain/index.ts';
import { BATTERY_RULES } from '../../plan/pressure.ts';
import { REMEDIATION } from '../../plan/remedies/guard.ts';
import type { Rule, ValueOf } from './checkSetting.ts';
import type { CoreOptions } from './coreContract.ts';

/** One setting as package.json declares it and as it is read; `test/package/settings.test.ts` holds both and the README together. */
export interface Setting {
  readonly rule: Rule;
  /** VS Code's scopes. What reaches a command line or the network is the machine's: no workspace may set it. */
  readonly scope: 'application' | 'machine' | 'machine-overridable' | 'resource';
  /** In Restricted Mode a workspace's value is not read. */
  readonly restricted?: true;
  /** Heard while running, or read once when the window opens; the description then says so. */
  readonly heard: 'at-once' | 'after-reload';
}

/** Every setting, by its key without `prewarm.`. */
export const SETTINGS = {
  mode: { rule: { type: 'choice', choices: MODES, default: 'suggest' }, scope: 'resource', restricted: true, heard: 'at-once' },
  'budget.memoryMB': {
    rule: { type: 'number', minimum: 0, maximum: 1_048_576, default: 2048 },
    scope: 'machine-overridable',
    heard: 'at-once',
  },
  'sessions.idleMinutes': { rule: { type: 'number', minimum: 0.1, maximum: 1440, default: 30 }, scope: 'resource', heard: 'at-once' },
  horizonMinutes: { rule: { type: 'number', minimum: 1, maximum: 1440, default: 20 }, scope: 'resource', heard: 'at-once' },
  'journal.retentionDays': {
    rule: { type: 'number', minimum: 1, maximum: 3650, default: 90 },
    scope: 'application',
    heard: 'after-reload',
  },
  'privacy.excludedFolders': { rule: { type: 'list', default: [] }, scope: 'resource', heard: 'at-once' },
  'embedded.enabled': { rule: { type: 'boolean', default: true }, scope: 'machine', restricted: true, heard: 'after-reload' },
  'localBinaries.enabled': { rule: { type: 'boolean', default: true }, scope: 'machine', restricted: true, heard: 'after-reload' },
  battery: { rule: { type: 'choice', choices: BATTERY_RULES, default: 'careful' }, scope: 'machine', heard: 'at-once' },
  remediation: { rule: { type: 'choice', choices: REMEDIATION, default: 'off' }, scope: 'resource', restricted: true, heard: 'at-once' },
  'branchCopies.enabled': { rule: { type: 'boolean', default: false }, scope: 'resource', heard: 'after-reload' },
  'snapshots.diskGB': {
    rule: { type: 'number', minimum: 0, maximum: 16_384, default: 10 },
    scope: 'machine-overridable',
    heard: 'after-reload',
  },
  'docker.host': {
    // What the Engine's client understands; empty is the environment's.
    rule: { type: 'string', pattern: '^$|^(unix|npipe|tcp|https?|ssh)://\\S+$', default: '' },
    scope: 'machine',
    restricted: true,
    heard: 'after-reload',
  },
  'docker.context': {
    // What `docker context create` takes for a name.
    rule: { type: 'string', pattern: '^$|^[a-zA-Z0-9][a-zA-Z0-9_.+-]*$', default: '' },
    scope: 'machine',
    restricted: true,
    heard: 'after-reload',
  },
  // Of the kubeconfig; empty: no cluster is touched.
  'kubernetes.context': {
    rule: { type: 'string', pattern: '^[^\\u0000-\\u001f]*$', default: '' },
    scope: 'machine',
    restricted: true,
    heard: 'after-reload',
  },
  'kubernetes.namespace': {
    rule: { type: 'string', pattern: '^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$', default: '' },
    scope: 'machine',
    restricted: true,
    heard: 'after-reload',
  },
  'credentials.enabled': {
    rule: { type: 'boolean', default: false },
    scope: 'machine-overridable',
    restricted: true,
    heard: 'after-reload',
  },
  // A file's name: no character that ends a line or a string.
  'devcontainer.path': {
    rule: { type: 'string', pattern: '^[^\\u0000-\\u001f]*$', default: '' },
    scope: 'machine',
    restricted: true,
    heard: 'after-reload',
  },
  feeds: { rule: { type: 'objects', default: [] }, scope: 'resource', restricted: true, heard: 'at-once' },
  'otlp.enabled': { rule: { type: 'boolean', default: false }, scope: 'machine', restricted: true, heard: 'at-once' },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingKey = keyof typeof SETTINGS;
export type Values = { readonly [K in SettingKey]: ValueOf<(typeof SETTINGS)[K]['rule']> };

/** What the core is opened with: the settings in its own units. */
export type Settings = Pick<
  CoreOptions,
  | 'mode'
  | 'memoryBytes'
  | 'idleMs'
  | 'horizonMs'
  | 'retentionDays'
  | 'engine'
  | 'kubernetes'
  | 'devcontainerPath'
  | 'embedded'
  | 'localBinaries'
  | 'battery'
  | 'remediation'
  | 'snapshotBytes'
  | 'branchCopies'
  | 'excludedFolders'
  | 'feeds'
> & { readonly credentials: 'on' | 'off' };

/** Minutes, megabytes and ticks of the settings page, in the units of the core. */
export function settingsOf(values: Values): Settings {
  return {
    mode: values.mode,
    memoryBytes: values['budget.memoryMB'] * 2 ** 20,
    idleMs: values['sessions.idleMinutes'] * 60_000,
    horizonMs: values.horizonMinutes * 60_000,
    retentionDays: values['journal.retentionDays'],
    excludedFolders: values['privacy.excludedFolders'],
    feeds: values.feeds,
    snapshotBytes: values['snapshots.diskGB'] * 2 ** 30,
    engine: engineOf(values),
    kubernetes: { context: values['kubernetes.context'], namespace: values['kubernetes.namespace'] },
    devcontainerPath: values['devcontainer.path'],
    battery: values.battery,
    remediation: values.remediation,
    credentials: onOff(values['credentials.enabled']),
    embedded: onOff(values['embedded.enabled']),
    localBinaries: onOff(values['localBinaries.enabled']),
    branchCopies: onOff(values['branchCopies.enabled']),
  };
}

/** A context says no more where an endpoint is named as well. */
const engineOf = ({ 'docker.host': host, 'docker.context': context }: Values): Settings['engine'] => ({
  ...(host ? { host } : {}),
  ...(context ? { context } : {}),
});

const onOff = (ticked: boolean): 'on' | 'off' => (ticked ? 'on' : 'off');
