import { percent, type Reliability } from '../../src/show/ledger.ts';
import { t } from '../translate.ts';

const [SIZE, LEFT, RIGHT, BOTTOM, TOP] = [150, 58, 18, 34, 12];
const WIDTH = 360;

/** What happened over what was said; a dot is the larger the oftener it was said. */
export function Calibration({ bins }: { readonly bins: readonly Reliability[] }) {
  const most = Math.max(1, ...bins.map((b) => b.times));
  const side = SIZE - TOP;
  const wide = WIDTH - LEFT - RIGHT;
  const x = (share: number): number => LEFT + share * wide;
  const y = (share: number): number => TOP + (1 - share) * side;
  const said = bins.map((b) => t('{0} said, {1} happened, {2} times', percent(b.said), percent(b.happened), b.times));
  return (
    <figure>
      <svg
        viewBox={`0 0 ${WIDTH} ${SIZE + BOTTOM}`}
        role="img"
        aria-label={t('What happened over what was said: {0}', said.join('; ') || t('nothing was foreseen yet'))}
      >
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <line class="grid" x1={x(0)} x2={x(1)} y1={y(share)} y2={y(share)} />
            <text class="axis end" x={LEFT - 6} y={y(share) + 3.5}>
              {percent(share)}
            </text>
            <text class="axis middle" x={x(share)} y={SIZE + 15}>
              {percent(share)}
            </text>
          </g>
        ))}
        <text class="axis middle" x={x(0.5)} y={SIZE + 30}>
          {t('said')}
        </text>
        <text class="axis middle" transform={`translate(12 ${y(0.5)}) rotate(-90)`}>
          {t('happened')}
        </text>
        <line class="ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        {bins.map((b, i) => (
          <circle key={b.from} class="dot" cx={x(b.said)} cy={y(b.happened)} r={3 + 6 * Math.sqrt(b.times / most)}>
            <title>{said[i]}</title>
          </circle>
        ))}
      </svg>
    </figure>
  );
}
