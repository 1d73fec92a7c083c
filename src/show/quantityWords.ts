import type { DemandSubject, Quantity } from '../domain/index.ts';
import { english, type Translate } from './translate.ts';

/** A unit in which a value is read. */
export interface Unit {
  /** As it stands behind a number, with its blank. */
  readonly name: string;
  /** How much of the quantity's own unit it is. */
  readonly size: number;
}

const PLAIN: Unit = { name: '', size: 1 };

/** Ascending; a quantity that is counted in words has none. */
const UNITS: Readonly<Partial<Record<Quantity, readonly Unit[]>>> = {
  response_time: times(),
  page_load_time: times(),
  error_rate: [{ name: ' %', size: 0.01 }],
  success_rate: [{ name: ' %', size: 0.01 }],
  memory: [
    { name: ' KB', size: 2 ** 10 },
    { name: ' MB', size: 2 ** 20 },
    { name: ' GB', size: 2 ** 30 },
  ],
  network: [
    { name: ' kbit/s', size: 1e3 },
    { name: ' Mbit/s', size: 1e6 },
    { name: ' Gbit/s', size: 1e9 },
  ],
};

function times(): readonly Unit[] {
  return [
    { name: ' ms', size: 1 },
    { name: ' s', size: 1000 },
    { name: ' min', size: 60_000 },
  ];
}

/** The largest unit of which this is at least one. */
export function unitOf(quantity: Quantity, value: number): Unit {
  const units = UNITS[quantity] ?? [PLAIN];
  return units.findLast(({ size }) => Math.abs(value) >= size) ?? (units[0] as Unit);
}

/** `14`, `6.5`, `340 ms`, `2.5 GB`: whole numbers from ten on, two figures below; of what is counted, tenths. */
export function numberWords(value: number, quantity: Quantity): string {
  const { name, size } = unitOf(quantity, value);
  return `${isCounted(quantity) && Math.abs(value) < 9.95 ? Number(value.toFixed(1)) : rounded(value / size)}${name}`;
}

/** The same in a sentence: nobody speaks of 6.5 sessions, but 1.2 are not 1. */
export const roughly = (value: number, quantity: Quantity): string =>
  numberWords(isCounted(quantity) && value >= 1.95 ? Math.round(value) : value, quantity);

/** `14 sessions`, `340 ms`, `6 cores`. */
export function amount(
  value: number,
  quantity: Quantity,
  kind: DemandSubject['kind'],
  t: Translate = english,
  words: typeof numberWords = numberWords,
): string {
  const number = words(value, quantity);
  const one = number === '1';
  switch (quantity) {
    case 'volume':
      return one ? ONE[kind](t) : MANY[kind](number, t);
    case 'rate':
      return t('{0} a second', number);
    case 'concurrent_users':
      return one ? t('1 user') : t('{0} users', number);
    case 'cpu':
      return one ? t('1 core') : t('{0} cores', number);
    case 'disk_io':
      return t('{0} operations a second', number);
    default:
      return number;
  }
}

const ONE: Readonly<Record<DemandSubject['kind'], (t: Translate) => string>> = {
  persona: (t) => t('1 session'),
  resource: (t) => t('1 use'),
  feed: (t) => t('1 interaction'),
};
const MANY: Readonly<Record<DemandSubject['kind'], (n: string, t: Translate) => string>> = {
  persona: (n, t) => t('{0} sessions', n),
  resource: (n, t) => t('{0} uses', n),
  feed: (n, t) => t('{0} interactions', n),
};

/** Of what is counted, with the time in which: `45 uses per hour`. */
export const amountEach = (value: number, { quantity, subject, stepMs }: Measure, t: Translate = english): string =>
  isCounted(quantity)
    ? t('{0} per {1}', amount(value, quantity, subject.kind, t), stepWords(stepMs, t))
    : amount(value, quantity, subject.kind, t);

interface Measure {
  readonly quantity: Quantity;
  readonly subject: Pick<DemandSubject, 'kind'>;
  readonly stepMs: number;
}

/** What an axis is of: “Sessions per hour”, “Response time”. */
export function measureWords(quantity: Quantity, kind: DemandSubject['kind'], stepMs: number, t: Translate = english): string {
  const words: Readonly<Record<Exclude<Quantity, 'volume'>, string>> = {
    rate: t('Interactions per second'),
    response_time: t('Response time'),
    page_load_time: t('Time to load a page'),
    error_rate: t('Share of errors'),
    success_rate: t('Share of successes'),
    concurrent_users: t('Users at once'),
    cpu: t('Processor cores'),
    memory: t('Memory'),
    disk_io: t('Disk operations per second'),
    network: t('Network'),
    other: t('Value'),
  };
  if (quantity !== 'volume') return words[quantity];
  const step = stepWords(stepMs, t);
  return { persona: t('Sessions per {0}', step), resource: t('Uses per {0}', step), feed: t('Interactions per {0}', step) }[kind];
}

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];

function stepWords(ms: number, t: Translate): string {
  if (ms === MINUTE_MS) return t('minute');
  if (ms === HOUR_MS) return t('hour');
  if (ms === DAY_MS) return t('day');
  const unit = [
    { name: ' d', size: DAY_MS },
    { name: ' h', size: HOUR_MS },
    { name: ' min', size: MINUTE_MS },
  ].find(({ size }) => ms % size === 0) ?? { name: ' s', size: 1000 };
  return `${rounded(ms / unit.size)}${unit.name}`;
}

/** A total of what is counted; of anything else the mean is told. */
export const isCounted = (quantity: Quantity): boolean => quantity === 'volume';

const rounded = (value: number): string => String(Math.abs(value) >= 9.95 ? Math.round(value) : Number(value.toPrecision(2)));
