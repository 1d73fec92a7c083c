import { dayWords, type LedgerDay } from '../../src/show/ledger.ts';
import type { Scale } from '../charts/scale.ts';
import { t } from '../translate.ts';

export interface Series {
  readonly name: string;
  /** `hollow` and `dashed` are told from `good` without their colours. */
  readonly look: 'good' | 'bad' | 'hollow' | 'dashed';
  readonly of: (day: LedgerDay) => number;
}

export interface BarsProps {
  /** In words, for those who do not see it. */
  readonly label: string;
  readonly days: readonly LedgerDay[];
  /** On top of one another, the first at the bottom. */
  readonly series: readonly Series[];
  readonly words: (value: number) => string;
  readonly scale: (most: number) => Scale;
}

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [360, 150, 46, 14, 8, 20];

/** A bar for each day. */
export function Bars({ label, days, series, words, scale }: BarsProps) {
  const most = Math.max(...days.map((d) => series.reduce((sum, s) => sum + s.of(d), 0)));
  if (most === 0) return <p>{t('None in these days.')}</p>;
  const { top, words: tick } = scale(most);
  const step = (WIDTH - LEFT - RIGHT) / days.length;
  const wide = Math.max(1.5, step * 0.7);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / top) * (HEIGHT - TOP - BOTTOM);
  // As many as do not touch, the last day always among them.
  const every = Math.ceil(days.length / 7);
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
        {[0, top / 2, top].map((value) => (
          <g key={value}>
            <line class="grid" x1={LEFT} x2={WIDTH - RIGHT} y1={y(value)} y2={y(value)} />
            <text class="axis end" x={LEFT - 6} y={y(value) + 3.5}>
              {tick(value)}
            </text>
          </g>
        ))}
        {days.map((day, i) => {
          const x = LEFT + i * step + (step - wide) / 2;
          let below = 0;
          return (
            <g key={day.day}>
              <title>{`${day.day}: ${series.map((s) => `${words(s.of(day))} ${s.name}`).join(', ')}`}</title>
              {series.map((s) => {
                const value = s.of(day);
                const from = below;
                below += value;
                return (
                  value > 0 && <rect key={s.name} class={s.look} x={x} width={wide} y={y(below)} height={Math.max(1, y(from) - y(below))} />
                );
              })}
              {(days.length - 1 - i) % every === 0 && (
                <text class="axis middle" x={LEFT + (i + 0.5) * step} y={HEIGHT - 5}>
                  {dayWords(day.day, document.documentElement.lang)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      {series.length > 1 && (
        <figcaption>
          {series.map((s) => (
            <span key={s.name} class="key">
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <rect class={s.look} x="1" y="1" width="8" height="8" />
              </svg>
              {s.name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}
