import { duration, type PolicyRow } from '../../src/show/ledger.ts';
import { t } from '../translate.ts';

const [WIDTH, ROW, NAME, GAP, NUMBER] = [360, 22, 136, 4, 52];

/** Two bars for each policy: uses that met it cold, and how long it was warm without use. */
export function Policies({ rows }: { readonly rows: readonly PolicyRow[] }) {
  const half = (WIDTH - NAME - GAP) / 2;
  const bar = half - NUMBER;
  const mostCold = Math.max(1, ...rows.map((r) => r.coldStarts));
  const mostIdle = Math.max(1, ...rows.map((r) => r.idleMinutes));
  const height = (rows.length + 1) * ROW;
  const said = rows.map((r) => t('{0}: {1} cold starts, {2} warm without use', r.words, r.coldStarts, duration(r.idleMinutes * 60_000, t)));
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={t('Policies compared. {0}', said.join('; '))}>
        <text class="axis" x={NAME} y={14}>
          {t('cold starts')}
        </text>
        <text class="axis" x={NAME + half + GAP} y={14}>
          {t('warm without use')}
        </text>
        {rows.map((r, i) => {
          const y = (i + 1) * ROW;
          const cold = (r.coldStarts / mostCold) * bar;
          const idle = (r.idleMinutes / mostIdle) * bar;
          return (
            <g key={r.name} class={r.shipped ? 'own' : ''}>
              <title>{said[i]}</title>
              <text class="axis end" x={NAME - 8} y={y + 14}>
                {r.words}
              </text>
              <rect class={r.shipped ? 'good' : 'other'} x={NAME} y={y + 4} width={Math.max(1, cold)} height={ROW - 10} />
              <text class="axis" x={NAME + cold + 4} y={y + 14}>
                {r.coldStarts}
              </text>
              <rect class={r.shipped ? 'good' : 'other'} x={NAME + half + GAP} y={y + 4} width={Math.max(1, idle)} height={ROW - 10} />
              <text class="axis" x={NAME + half + GAP + idle + 4} y={y + 14}>
                {duration(r.idleMinutes * 60_000, t)}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
