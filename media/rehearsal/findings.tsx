import { ADVICE_ACTIONS, type AdviceAction } from '../../src/show/rehearsal/rehearsalProtocol.ts';
import type { AdviceRow, CauseRow, DeviationRow, RehearsalView } from '../../src/show/rehearsal/rehearsalView.ts';
import { t } from '../translate.ts';

export function Causes({ causes }: { readonly causes: readonly CauseRow[] }) {
  if (causes.length === 0) return null;
  return (
    <section aria-labelledby="causes-title">
      <h2 id="causes-title">{t('What goes wrong, the worst first')}</h2>
      <ol class="findings">
        {causes.map(({ title, because, harm, explains }) => (
          <li key={title}>
            <h3>{title}</h3>
            <p>{because}</p>
            <p class="dim">{harm}</p>
            {explains.length > 0 && <p class="dim">{t('It explains {0}.', explains.join(', '))}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

export interface AdviceProps {
  readonly view: Pick<RehearsalView, 'advice' | 'tried' | 'together'>;
  readonly actions: readonly AdviceAction[];
  readonly act: (action: AdviceAction, index: number) => void;
}

export function Advice({ view: { advice, tried, together }, actions, act }: AdviceProps) {
  if (advice.length === 0) return null;
  return (
    <section aria-labelledby="advice-title">
      <h2 id="advice-title">{t('What would help, by what it is worth')}</h2>
      <p class="dim">{tried}</p>
      <ol class="findings">
        {advice.map((row, index) => (
          <AdviceItem key={row.title} row={row} actions={actions} act={(action) => act(action, index)} />
        ))}
      </ol>
      {together && <p>{together}</p>}
    </section>
  );
}

function AdviceItem({
  row,
  actions,
  act,
}: {
  readonly row: AdviceRow;
  readonly actions: readonly AdviceAction[];
  readonly act: (action: AdviceAction) => void;
}) {
  const words: Readonly<Record<AdviceAction, string>> = { apply: t('Apply…') };
  return (
    <li>
      <h3>{row.title}</h3>
      <p class="dim">{t('Against {0}', row.against)}</p>
      <dl class="facts">
        {row.facts.map(({ name, value }) => (
          <div key={name}>
            <dt class="dim">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.assumes && <p class="dim">{row.assumes}</p>}
      {ADVICE_ACTIONS.filter((action) => actions.includes(action)).map((action) => (
        <button key={action} type="button" onClick={() => act(action)}>
          {words[action]}
          <span class="hidden">: {row.title}</span>
        </button>
      ))}
    </li>
  );
}

export function Deviations({ deviations }: { readonly deviations: readonly DeviationRow[] }) {
  if (deviations.length === 0) return null;
  return (
    <section aria-labelledby="deviations-title">
      <h2 id="deviations-title">{t('Practices that do not hold')}</h2>
      <ul class="findings">
        {deviations.map(({ title, says, root }) => (
          <li key={`${title} ${says}`}>
            <h3>{title}</h3>
            <p>{says}</p>
            {root && <p class="dim">{root}</p>}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Lines({ title, lines }: { readonly title: string; readonly lines: readonly string[] }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <ul class="lines">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}
