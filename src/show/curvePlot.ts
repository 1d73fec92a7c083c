/** A plot as one SVG text: cold starts over idle-warm minutes, both logarithmic, for light and dark pages alike. */

export interface PlotPoint {
  readonly idleWarmMinutes: number;
  readonly coldStartRate: number;
}

export interface Plot {
  readonly title: string;
  readonly curve: { readonly name: string; readonly points: readonly PlotPoint[] };
  /** What nothing can be below. */
  readonly floor: { readonly name: string; readonly coldStartRate: number };
  /** Single policies, named beside their mark. */
  readonly marks: readonly (PlotPoint & { readonly name: string })[];
}

const WIDTH = 760;
const HEIGHT = 460;
const MARGIN = { left: 70, right: 24, top: 52, bottom: 54 };

export function curvePlot({ title, curve, floor, marks }: Plot): string {
  const shown = [...curve.points, ...marks].filter((p) => p.idleWarmMinutes >= 1000);
  const x = scale(
    shown.map((p) => p.idleWarmMinutes),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = scale([...shown.map((p) => p.coldStartRate), floor.coldStartRate], HEIGHT - MARGIN.bottom, MARGIN.top);
  const points = curve.points.filter((p) => p.idleWarmMinutes >= 1000);
  const middle = points[Math.floor(points.length / 3)];
  const named = marks
    .filter((m) => m.idleWarmMinutes >= 1000)
    .map((m) => ({ name: m.name, x: x.of(m.idleWarmMinutes), y: y.of(m.coldStartRate) }));
  const dots = placed(named).map((m) => `<circle cx="${m.x}" cy="${m.y}" r="4"/>${text(m.labelX, m.labelY, m.name, m.anchor)}`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">
<style>${STYLE}</style>
${text(MARGIN.left, 22, title, 'start', 'title')}
${text(MARGIN.left, MARGIN.top - 10, 'cold starts')}
${x.ticks.map((t) => `<line x1="${x.of(t)}" x2="${x.of(t)}" y1="${MARGIN.top}" y2="${HEIGHT - MARGIN.bottom}"/>${text(x.of(t), HEIGHT - MARGIN.bottom + 20, t.toLocaleString('en'), 'middle')}`).join('\n')}
${y.ticks.map((t) => `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y.of(t)}" y2="${y.of(t)}"/>${text(MARGIN.left - 8, y.of(t) + 4, `${Number((100 * t).toPrecision(2))} %`, 'end')}`).join('\n')}
${text((WIDTH + MARGIN.left) / 2, HEIGHT - 12, 'idle-warm minutes', 'middle')}
<line class="floor" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y.of(floor.coldStartRate)}" y2="${y.of(floor.coldStartRate)}"/>
${text(MARGIN.left + 6, y.of(floor.coldStartRate) - 6, floor.name)}
<polyline points="${points.map((p) => `${x.of(p.idleWarmMinutes)},${y.of(p.coldStartRate)}`).join(' ')}"/>
${middle ? text(x.of(middle.idleWarmMinutes) - 8, y.of(middle.coldStartRate) + 18, curve.name, 'end', 'title') : ''}
${dots.join('\n')}
</svg>
`;
}

const STYLE =
  'text{font:13px system-ui,sans-serif;fill:#57606a}.title{font-weight:600}line{stroke:#8c959f55}.floor{stroke:#8c959f;stroke-dasharray:6 4}polyline{fill:none;stroke:#1f7a4d;stroke-width:2.5}circle{fill:#bc4c00}@media(prefers-color-scheme:dark){text{fill:#9da7b3}polyline{stroke:#4ac26b}circle{fill:#f0883e}}';

interface Mark {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}

/** Each name beside its mark, where none stands yet and the page does not end. */
function placed(marks: readonly Mark[]) {
  const taken: { readonly left: number; readonly right: number; readonly y: number }[] = [];
  return [...marks]
    .sort((a, b) => b.x - a.x)
    .map((mark) => {
      const width = mark.name.length * 7;
      const places = (['start', 'end'] as const).flatMap((anchor) =>
        [-8, 5, 18].map((dy) => {
          const labelX = mark.x + (anchor === 'start' ? 8 : -8);
          return { labelX, labelY: mark.y + dy, anchor, left: anchor === 'start' ? labelX : labelX - width };
        }),
      );
      const free = places.find(
        (p) => p.left + width < WIDTH && !taken.some((t) => Math.abs(t.y - p.labelY) < 13 && p.left < t.right && t.left < p.left + width),
      );
      const place = free ?? (places[0] as (typeof places)[number]);
      taken.push({ left: place.left, right: place.left + width, y: place.labelY });
      return { ...mark, ...place };
    });
}

/** Logarithmic, with lines at 1, 2 and 5 of every power of ten; at 1 alone where they are many. */
function scale(values: readonly number[], start: number, end: number) {
  const from = Math.min(...values);
  const to = Math.max(...values);
  const of = (v: number): number =>
    Number((start + ((Math.log(v) - Math.log(from)) / (Math.log(to) - Math.log(from) || 1)) * (end - start)).toFixed(1));
  const ticks: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(from)); power <= to; power *= 10)
    for (const step of to / from > 1000 ? [1] : [1, 2, 5]) if (power * step >= from && power * step <= to) ticks.push(power * step);
  return { of, ticks, from, to };
}

function text(x: number, y: number, content: string, anchor = 'start', kind = ''): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}"${kind ? ` class="${kind}"` : ''}>${escaped(content)}</text>`;
}

const escaped = (content: string): string => content.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
