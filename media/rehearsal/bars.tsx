import type { Bar, BarChart } from '../../src/show/rehearsal/rehearsalView.ts';
import { plainScale, type Scale, scaleIn, timeScale } from '../charts/scale.ts';

const [WIDTH, LEFT, RIGHT, NAME, BAR, GAP, BOTTOM] = [360, 4, 142, 15, 11, 6, 18];
/** In a name that is longer the middle is left out. */
const MOST_LETTERS = 54;

/** A row for each thing, its name above its bars, each with its 95 % interval as a whisker and its value beside it. */
export function Bars({ chart: { title, says, unit, drawn, legend } }: { readonly chart: BarChart }) {
  const most = Math.max(0, ...drawn.flatMap(({ bars }) => bars.flatMap((b) => [b.value ?? 0, b.high ?? 0])));
  const { top, words } = scaleOf(unit, most);
  const x = (value: number): number => LEFT + (Math.min(top, value) / top) * (WIDTH - LEFT - RIGHT);
  const high = (bars: readonly Bar[]): number => NAME + bars.length * BAR + GAP;
  const height = drawn.reduce((sum, row) => sum + high(row.bars), 0) + BOTTOM;
  let below = 0;
  return (
    <figure>
      <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={labelOf(title, says, drawn, legend)}>
        {[0, top / 2, top].map((value) => (
          <g key={value}>
            <line class="grid" x1={x(value)} x2={x(value)} y1={0} y2={height - BOTTOM} />
            <text class={value === 0 ? 'axis' : 'axis middle'} x={x(value)} y={height - 5}>
              {words(value)}
            </text>
          </g>
        ))}
        {drawn.map(({ name, bars }) => {
          const from = below;
          below += high(bars);
          return (
            <g key={name}>
              <title>{`${name}: ${bars.map((b) => b.words).join(', ')}`}</title>
              <text class="axis name" x={LEFT} y={from + NAME - 4}>
                {shortened(name)}
              </text>
              {bars.map((b, i) => (
                <BarMark key={b.look} bar={b} x={x} y={from + NAME + i * BAR} />
              ))}
            </g>
          );
        })}
      </svg>
      {legend.length > 0 && (
        <figcaption>
          {legend.map(({ look, name }) => (
            <span key={look} class="key">
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <rect class={look} x="1" y="1" width="8" height="8" />
              </svg>
              {name}
            </span>
          ))}
        </figcaption>
      )}
    </figure>
  );
}

function BarMark({ bar, x, y }: { readonly bar: Bar; readonly x: (value: number) => number; readonly y: number }) {
  const { look, value, low, high, words } = bar;
  const middle = y + (BAR - 2) / 2;
  return (
    <>
      {value !== null && <rect class={look} x={LEFT} width={Math.max(1, x(value) - LEFT)} y={y} height={BAR - 2} />}
      {low !== undefined && high !== undefined && (
        <path class="whisker" d={`M${x(low)} ${middle}H${x(high)}M${x(low)} ${y + 1}v${BAR - 4}M${x(high)} ${y + 1}v${BAR - 4}`} />
      )}
      <text class="axis" x={WIDTH - RIGHT + 10} y={y + BAR - 3}>
        {words}
      </text>
    </>
  );
}

function scaleOf(unit: BarChart['unit'], most: number): Scale {
  if (unit === 'share') return { top: Math.max(1, most), words: (share) => `${Number((100 * share).toPrecision(3))} %` };
  if (unit === 'count') return plainScale(most);
  return most < 2000 ? scaleIn({ name: ' ms', size: 1 }, most) : timeScale(most);
}

/** All that is drawn, for those who do not see it. */
function labelOf(title: string, says: string, drawn: BarChart['drawn'], legend: BarChart['legend']): string {
  const named = (bars: readonly Bar[]): string =>
    bars.map((b) => [legend.find((l) => l.look === b.look)?.name, b.words].filter(Boolean).join(' ')).join(', ');
  return [`${title}.`, says, ...drawn.map(({ name, bars }) => `${name}: ${named(bars)}.`)].filter(Boolean).join(' ');
}

function shortened(name: string): string {
  if (name.length <= MOST_LETTERS) return name;
  const half = Math.floor((MOST_LETTERS - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}
