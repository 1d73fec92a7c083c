import type { Ahead, DemandLine, DemandReport, DemandSubject, PlannedEvent, Quantity } from '../../src/domain/index.ts';
import { type DemandView, demandView } from '../../src/show/demand.ts';

/** A Friday, 15:00 by the clock of Berlin. */
export const NOW = Date.UTC(2026, 10, 27, 14, 0);
export const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000];
export const CLOCK = { zone: 'Europe/Berlin', language: 'en' } as const;

export interface LineOptions {
  readonly subject?: Partial<DemandSubject>;
  readonly quantity?: Quantity;
  readonly stepMs?: number;
  readonly past?: readonly number[];
  readonly point: readonly number[];
  /** The bounds are this share of the point away from it. */
  readonly spread?: number;
  readonly capacity?: number;
  readonly anomalies?: DemandLine['anomalies'];
}

export function line({
  subject,
  quantity = 'volume',
  stepMs = HOUR,
  past = [1, 2, 3],
  point,
  spread = 0.5,
  capacity,
  anomalies = [],
}: LineOptions): DemandLine {
  const { kind = 'persona', id = 'p1', name = 'Backend' } = subject ?? {};
  return {
    subject: { kind, id, name },
    history: { id: `${kind}:${id}`, quantity, stepMs, startAt: NOW - past.length * stepMs, values: Float64Array.from(past) },
    forecast: {
      startAt: NOW,
      stepMs,
      point: Float64Array.from(point),
      lower: Float64Array.from(point, (v) => v * (1 - spread)),
      upper: Float64Array.from(point, (v) => v * (1 + spread)),
      level: 0.95,
      model: 'blend of 6 methods',
    },
    anomalies,
    ...(capacity === undefined ? {} : { capacity }),
  };
}

export const report = (lines: readonly DemandLine[], more: Partial<DemandReport> = {}): DemandReport => ({
  at: NOW,
  ahead: 'day',
  lines,
  events: [],
  silent: [],
  ...more,
});

const SPAN: Readonly<Record<Ahead, { readonly stepMs: number; readonly steps: number; readonly past: number }>> = {
  hour: { stepMs: 5 * MINUTE, steps: 12, past: 144 },
  day: { stepMs: HOUR, steps: 24, past: 168 },
  week: { stepMs: HOUR, steps: 168, past: 672 },
};

/** How busy it is at that time of the week, 0–1: two humps on working days, next to nothing at night. */
function busy(at: number): number {
  const berlin = new Date(at + HOUR);
  const [hour, day] = [berlin.getUTCHours() + berlin.getUTCMinutes() / 60, berlin.getUTCDay()];
  const hump = (middle: number, width: number): number => Math.exp(-(((hour - middle) / width) ** 2));
  return (hump(10, 1.6) + 0.8 * hump(15, 2)) * (day === 0 || day === 6 ? 0.1 : 1) + 0.01;
}
/** Between −1 and 1, and the same each time. */
const wave = (i: number): number => Math.sin(12.9898 * i) * Math.cos(4.1414 * i);

interface Told extends LineOptions {
  readonly subject: DemandSubject;
  readonly size: number;
}

function told(ahead: Ahead, { size, ...options }: Omit<Told, 'point'>): DemandLine {
  const { stepMs, steps, past } = SPAN[ahead];
  const whole = (value: number): number => (options.quantity === undefined ? Math.max(0, Math.round(value)) : value);
  return line({
    ...options,
    stepMs,
    past: Array.from({ length: past }, (_, i) => whole(size * busy(NOW + (i - past) * stepMs) * (1 + 0.3 * wave(i)))),
    point: Array.from({ length: steps }, (_, i) => size * busy(NOW + i * stepMs)),
  });
}

const EVENTS: readonly PlannedEvent[] = [
  { name: 'Release 2.4', from: NOW + 18 * HOUR, until: NOW + 21 * HOUR, factor: 2, source: 'calendar' },
  { name: 'Load test', from: NOW - 30 * HOUR, until: NOW - 27 * HOUR, source: 'calendar' },
];

/** A workspace with a bit of everything. */
export function busyReport(ahead: Ahead): DemandReport {
  const backend = told(ahead, { subject: { kind: 'persona', id: 'p1', name: 'Backend with database' }, size: 8 });
  const strange = NOW - 2 * SPAN[ahead].stepMs;
  backend.history.values[SPAN[ahead].past - 2] = 14;
  return report(
    [
      {
        ...backend,
        anomalies: [
          {
            series: backend.history.id,
            at: strange,
            value: 14,
            expected: 5,
            score: 0.98,
            because: 'Sessions were 14 where about 5 were expected.',
          },
        ],
      },
      told(ahead, { subject: { kind: 'persona', id: 'p2', name: 'Frontend' }, size: 3, spread: 0.9 }),
      told(ahead, { subject: { kind: 'resource', id: 'compose:shop/db', name: 'db' }, size: 40, capacity: 45, spread: 0.3 }),
      told(ahead, {
        subject: { kind: 'feed', id: 'prometheus:shop/latency', name: 'Time to answer at the gateway' },
        quantity: 'response_time',
        size: 420,
        spread: 0.4,
      }),
    ],
    {
      ahead,
      events: EVENTS,
      silent: [
        {
          subject: { kind: 'resource', id: 'compose:shop/queue', name: 'queue' },
          because: 'It was used 2 of the 5 times without which nothing is said.',
        },
      ],
    },
  );
}

export const viewOf = (of: DemandReport, editable = true): DemandView => demandView(of, { ...CLOCK, editable });
