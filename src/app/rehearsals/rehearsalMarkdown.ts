import type { Fact, RehearsalView, Rows } from '../../show/rehearsal/rehearsalView.ts';
import type { Translate } from '../../show/translate.ts';

/** A rehearsal as a document for people, with every chart as its table. */
export function rehearsalMarkdown(view: RehearsalView, t: Translate): string {
  const { causes, advice, deviations } = view;
  const blocks = [
    `# ${plain(view.title)}`,
    plain(view.headline),
    ...section(t('Setting'), facts(view.setting)),
    ...section(t('Figures'), facts(view.figures)),
    ...[...view.charts, ...view.tables].flatMap(tableSection),
    ...section(
      t('What goes wrong, the worst first'),
      list(causes.map((c) => [`**${plain(c.title)}**: ${plain(c.because)}. ${plain(c.harm)}`, ...c.explains.map(plain)])),
    ),
    ...section(
      t('What would help'),
      list(
        advice.map((a) => [
          `**${plain(a.title)}** (${plain(a.against)})`,
          ...a.facts.map((f) => `${plain(f.name)}: ${plain(f.value)}`),
          ...(a.assumes ? [plain(a.assumes)] : []),
        ]),
      ),
      ...(advice.length > 0 ? [plain(view.tried)] : []),
      ...(view.together ? [plain(view.together)] : []),
    ),
    ...section(
      t('Practices that do not hold'),
      list(deviations.map((d) => [`**${plain(d.title)}**: ${plain(d.says)}`, ...(d.root ? [plain(d.root)] : [])])),
    ),
    ...tableSection(view.practices),
    ...section(t('Assumed, since the document does not say'), list(view.assumed.map((line) => [plain(line)]))),
    ...section(t('Notes'), list(view.notes.map((line) => [plain(line)]))),
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Nothing where there is nothing to say. */
const section = (title: string, body: string, ...more: readonly string[]): readonly string[] =>
  body === '' ? [] : [`## ${plain(title)}`, body, ...more];

const tableSection = ({ title, says, heads, rows }: Rows): readonly string[] =>
  rows.length === 0 ? [] : [`## ${plain(title)}`, ...(says ? [plain(says)] : []), table(heads, rows)];

const facts = (all: readonly Fact[]): string => list(all.map(({ name, value }) => [`${plain(name)}: ${plain(value)}`]));

const list = (items: readonly (readonly string[])[]): string =>
  items.map(([first, ...below]) => [`- ${first}`, ...below.map((line) => `  - ${line}`)].join('\n')).join('\n');

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [heads, heads.map(() => '---'), ...rows]
    .map((row) => `| ${row.map((cell) => (cell === '---' ? cell : plain(cell))).join(' | ')} |`)
    .join('\n');

/** Names are a person's own: none of them is mark-up. */
const plain = (text: string): string => text.replace(/[\\`*_{}[\]<>#|~]/g, '\\$&').replace(/\s+/g, ' ');
