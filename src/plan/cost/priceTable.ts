import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import { failed, ok, type Result } from '../../domain/index.ts';

/** What it costs to keep resources warm: `.prewarm/prices.json`, resources/schemas/prices.schema.json. Amounts are in `currency`. */
export interface PriceTable {
  readonly version: 1;
  readonly currency: string;
  readonly per_kwh?: number;
  /** What an hour of a gigabyte, or of a core, of this machine is worth to its owner: a cost, and no money. */
  readonly own_memory_gb_hour?: number;
  readonly own_core_hour?: number;
  readonly providers: readonly ProviderPrices[];
}

export interface ProviderPrices {
  /** An engine of this machine, `*` for each of them, or the name of what runs elsewhere. */
  readonly name: string;
  /** Shows how it is written, and is never chosen. */
  readonly example?: boolean;
  readonly elsewhere?: boolean;
  /** The day on which the prices were looked up, and where. */
  readonly as_of: string;
  readonly source: string;
  readonly per_core_hour?: number;
  readonly per_gb_hour?: number;
  readonly watts_per_core?: number;
  readonly watts_per_gb?: number;
  readonly start_ms?: number;
  readonly sizes?: readonly Size[];
}

export interface Size {
  readonly cpu_cores: number;
  readonly memory_gb: number;
  readonly per_hour?: number;
}

/** This machine costs no money; its memory and power are costs all the same. Clouds are examples until the developer says otherwise. */
export const DEFAULT_PRICES: PriceTable = {
  version: 1,
  currency: 'USD',
  per_kwh: 0.3,
  own_memory_gb_hour: 0.01,
  own_core_hour: 0.02,
  providers: [
    {
      name: '*',
      as_of: '2026-11-28',
      source: 'Assumed for a laptop: 8 W for a busy core, 0.4 W for a gigabyte of DDR memory. Change them to what yours takes.',
      watts_per_core: 8,
      watts_per_gb: 0.4,
    },
    {
      name: 'fargate-us-east-1',
      example: true,
      elsewhere: true,
      as_of: '2026-06-17',
      source: 'https://aws.amazon.com/fargate/pricing/ (Linux on x86, by way of a comparison of that day)',
      per_core_hour: 0.04048,
      per_gb_hour: 0.004445,
      start_ms: 40_000,
      sizes: [
        { cpu_cores: 0.25, memory_gb: 0.5 },
        { cpu_cores: 0.5, memory_gb: 1 },
        { cpu_cores: 1, memory_gb: 2 },
        { cpu_cores: 2, memory_gb: 4 },
      ],
    },
  ],
};

/** The document as text, or one message that says what is wrong, where, and what to do. `name` is how it is called in it. */
export function readPriceTable(text: string, name: string): Result<PriceTable> {
  const errors: ParseError[] = [];
  const json: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    return bad(name, `line ${line} is not valid JSON (${printParseErrorCode(error.error)})`);
  }
  const problem = tableProblem(json);
  return problem ? bad(name, problem) : ok(json as PriceTable);
}

const bad = (name: string, problem: string): Result<PriceTable> =>
  failed('bad-file', 'never', `${name}: ${problem}. The prices that come with Prewarm hold until this is mended.`);

type Json = Readonly<Record<string, unknown>>;

function tableProblem(json: unknown): string | undefined {
  if (!isRecord(json)) return 'it is not a JSON object';
  if (json.version !== 1) return `its “version” is ${JSON.stringify(json.version) ?? 'missing'}, and this Prewarm reads version 1`;
  if (typeof json.currency !== 'string' || !/^[A-Z]{3}$/.test(json.currency))
    return '“currency” must be three capital letters, such as EUR';
  const unknown = amountProblem(json, ['per_kwh', 'own_memory_gb_hour', 'own_core_hour'], 'it', [
    '$schema',
    'version',
    'currency',
    'providers',
  ]);
  if (unknown) return unknown;
  if (!Array.isArray(json.providers) || json.providers.length === 0) return '“providers” must be a list with at least one provider';
  const names = new Set<unknown>();
  for (const [i, provider] of json.providers.entries()) {
    const problem = providerProblem(provider, i);
    if (problem) return problem;
    const { name } = provider as ProviderPrices;
    if (names.has(name)) return `there are two providers “${name}”`;
    names.add(name);
  }
  return undefined;
}

const TEXTS = ['name', 'as_of', 'source'];
const FLAGS = ['example', 'elsewhere'];
const AMOUNTS = ['per_core_hour', 'per_gb_hour', 'watts_per_core', 'watts_per_gb', 'start_ms'];

function providerProblem(json: unknown, index: number): string | undefined {
  if (!isRecord(json)) return `providers[${index}] is not an object`;
  const at = typeof json.name === 'string' ? `the provider “${json.name}”` : `providers[${index}]`;
  for (const key of TEXTS) if (typeof json[key] !== 'string' || json[key] === '') return `${at} needs “${key}”, a text`;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(json.as_of as string)) return `“as_of” of ${at} must be a day, such as 2026-11-28`;
  for (const key of FLAGS) if (json[key] !== undefined && typeof json[key] !== 'boolean') return `“${key}” of ${at} must be true or false`;
  const wrong = amountProblem(json, AMOUNTS, at, [...TEXTS, ...FLAGS, 'sizes']);
  if (wrong) return wrong;
  if (json.sizes !== undefined && (!Array.isArray(json.sizes) || json.sizes.length === 0))
    return `“sizes” of ${at} must be a list with at least one size`;
  if (json.elsewhere === true && (json.sizes === undefined || json.start_ms === undefined))
    return `${at} runs elsewhere, so it needs “sizes” and “start_ms”`;
  for (const [i, size] of ((json.sizes ?? []) as unknown[]).entries()) {
    const where = `sizes[${i}] of ${at}`;
    if (!isRecord(size)) return `${where} is not an object`;
    for (const key of ['cpu_cores', 'memory_gb'])
      if (!(isAmount(size[key]) && size[key] > 0)) return `${where} needs “${key}”, a number above 0`;
    const amiss = amountProblem(size, ['cpu_cores', 'memory_gb', 'per_hour'], where, []);
    if (amiss) return amiss;
  }
  return undefined;
}

function amountProblem(json: Json, amounts: readonly string[], at: string, others: readonly string[]): string | undefined {
  for (const [key, value] of Object.entries(json)) {
    if (others.includes(key)) continue;
    if (!amounts.includes(key)) return `${at} has “${key}”, which is none of ${[...amounts, ...others].join(', ')}`;
    if (!isAmount(value)) return `“${key}” of ${at} must be a number that is not below 0`;
  }
  return undefined;
}

const isRecord = (json: unknown): json is Json => typeof json === 'object' && json !== null && !Array.isArray(json);
const isAmount = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
