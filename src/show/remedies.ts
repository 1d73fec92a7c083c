import { ms, number, percent } from './threeDigits.ts';
import { english, type Translate } from './translate.ts';

/** As `app.remedies.preview` gives it. */
interface Preview {
  readonly does: readonly string[];
  readonly restarts: readonly { readonly name: string; readonly connections: number }[];
  readonly starts: readonly { readonly name: string; readonly memoryBytes: number }[];
  readonly moreBytes: number;
  readonly freeBytes: number;
  readonly costPerHour: number;
  readonly predicted: {
    readonly p95BeforeMs: number;
    readonly p95AfterMs: number;
    readonly errorsBefore: number;
    readonly errorsAfter: number;
  };
  readonly assumes?: string;
  readonly byHand: readonly string[];
  readonly refused: readonly string[];
}

/** What applying a recommendation does, line by line. */
export function previewLines(p: Preview, t: Translate = english): readonly string[] {
  const { p95BeforeMs, p95AfterMs, errorsBefore, errorsAfter } = p.predicted;
  return [
    ...p.does,
    ...p.restarts.map((r) =>
      r.connections > 0
        ? t('Restarts {0}: its {1} open connections end, and new ones are held until it is ready.', r.name, r.connections)
        : t('Restarts {0}; new connections are held until it is ready.', r.name),
    ),
    ...p.starts.map((s) => t('Starts {0} ({1} MB).', s.name, Math.round(s.memoryBytes / 2 ** 20))),
    ...(p.moreBytes > p.freeBytes
      ? [
          t(
            'It takes {0} MB, and {1} MB of the memory budget are left.',
            Math.round(p.moreBytes / 2 ** 20),
            Math.round(p.freeBytes / 2 ** 20),
          ),
        ]
      : []),
    t(
      'Predicted: p95 {0} → {1}, errors {2} → {3}; it would cost {4} $ an hour in a cloud, and nothing here.',
      ms(p95BeforeMs),
      ms(p95AfterMs),
      percent(errorsBefore),
      percent(errorsAfter),
      number(p.costPerHour),
    ),
    ...(p.assumes === undefined ? [] : [t('assumes that {0}', p.assumes)]),
    ...p.byHand.map((line) => t('By hand: {0}', line)),
    ...p.refused.map((line) => t('Not done: {0}', line)),
  ];
}

/** As the app keeps it. */
interface Applied {
  readonly id: string;
  readonly text: string;
  readonly phase: string;
  readonly outcome?: { readonly is: string; readonly text: string };
}

export const remedyLine = ({ id, text, phase, outcome }: Applied): string =>
  `${id}  ${phase}  ${text}${outcome ? ` (${outcome.is}: ${outcome.text})` : ''}`;
