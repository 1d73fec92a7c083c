import type { AdviceAction, FromRehearsal } from '../../src/show/rehearsal/rehearsalProtocol.ts';
import type { ComparisonView, Fact, RehearsalView } from '../../src/show/rehearsal/rehearsalView.ts';
import type { Tables } from '../charts/chart.tsx';
import { t } from '../translate.ts';
import { Comparison } from './comparison.tsx';
import { Advice, Causes, Deviations, Lines } from './findings.tsx';
import { Form } from './form.tsx';
import { BarSection, TableSection } from './sections.tsx';

export interface PageProps {
  /** Undefined until the first is there. */
  readonly view: RehearsalView | undefined;
  readonly actions: readonly AdviceAction[];
  readonly comparison: ComparisonView | undefined;
  readonly standing: Standing;
  readonly tables: Tables;
  readonly form: { readonly isOpen: boolean; readonly toggle: (isOpen: boolean) => void };
  readonly post: (message: FromRehearsal) => void;
  /** The comparison. */
  readonly close: () => void;
}

/** How the last thing that was asked for went; whatever it is, what was there before stays in sight. */
export type Standing =
  | { readonly is: 'waiting' | 'seen' | 'stopped' | 'nothing' }
  | { readonly is: 'busy'; readonly title: string; readonly done: number }
  | { readonly is: 'failed' | 'done'; readonly message: string };

/** One rehearsal: how it was set, what came of it, why, and what would help. */
export function Page(props: PageProps) {
  const { view, comparison, standing, tables, post, close } = props;
  return (
    <>
      <header>
        <h1>{view?.title ?? t('Rehearsal')}</h1>
        <div class="buttons">
          {view && (
            <>
              <Ask words={t('Save…')} act={() => post({ type: 'save' })} />
              <Ask words={t('Export…')} act={() => post({ type: 'export' })} />
              <Ask words={t('Compare with…')} act={() => post({ type: 'compare' })} />
            </>
          )}
          <Ask words={t('Other Personas…')} act={() => post({ type: 'choose' })} />
          <Ask words={t('Show Rehearsal…')} act={() => post({ type: 'list' })} />
        </div>
      </header>
      <StandingLine {...props} />
      {comparison && <Comparison comparison={comparison} tables={tables} close={close} />}
      {view ? <Rehearsal {...props} view={view} /> : standing.is === 'nothing' && <Nothing />}
    </>
  );
}

const Ask = ({ words, act }: { readonly words: string; readonly act: () => void }) => (
  <button type="button" onClick={act}>
    {words}
  </button>
);

function StandingLine({ standing, view, post }: PageProps) {
  return (
    <div class={`standing ${standing.is}`}>
      {standing.is === 'failed' ? (
        <p role="alert">
          {standing.message} {view && t('What is below is of before.')}
        </p>
      ) : (
        <p role="status" class="dim">
          {standing.is === 'busy' && standing.title}
          {standing.is === 'stopped' && t('Stopped; nothing was kept of it.')}
          {standing.is === 'done' && standing.message}
          {standing.is === 'seen' && (view?.savedAs ? t('Saved as “{0}”.', view.name) : t('Not saved.'))}
        </p>
      )}
      {standing.is === 'busy' && (
        <>
          <progress value={standing.done} max={1} aria-label={standing.title}>
            {Math.round(100 * standing.done)} %
          </progress>
          <Ask words={t('Cancel')} act={() => post({ type: 'cancel' })} />
        </>
      )}
    </div>
  );
}

function Rehearsal({ view, actions, standing, tables, form, post }: PageProps & { readonly view: RehearsalView }) {
  const isBusy = standing.is === 'busy';
  return (
    <div class={isBusy ? 'earlier' : ''}>
      <p class="headline" aria-live="polite">
        {view.headline}
      </p>
      {view.notes.length > 0 && <Lines title={t('Notes')} lines={view.notes} />}
      <div class="pair">
        <Facts title={t('Setting')} facts={view.setting} />
        <Facts title={t('Figures, with their 95 % intervals')} facts={view.figures} />
      </div>
      <Form
        view={view}
        isBusy={isBusy}
        isOpen={form.isOpen}
        toggle={form.toggle}
        simulate={(next) => post({ type: 'simulate', form: next })}
      />
      <Causes causes={view.causes} />
      <Advice view={view} actions={actions} act={(type, index) => post({ type, index })} />
      <div class="charts">
        {view.charts.map((chart) => (
          <BarSection key={chart.id} chart={chart} tables={tables} />
        ))}
      </div>
      {view.tables.map((table) => (
        <TableSection key={table.id} table={table} looks="figures" />
      ))}
      <Deviations deviations={view.deviations} />
      <TableSection table={view.practices} looks="words" />
      {view.assumed.length > 0 && <Lines title={t('Assumed, since the document does not say')} lines={view.assumed} />}
    </div>
  );
}

function Facts({ title, facts }: { readonly title: string; readonly facts: readonly Fact[] }) {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <dl class="facts">
        {facts.map(({ name, value }) => (
          <div key={name}>
            <dt class="dim">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Nothing() {
  return (
    <div class="empty">
      <p>
        {t(
          'Here will be how personas fare at a load of your choice: how busy each resource is, how long interactions take, what goes wrong and why, and what would help.',
        )}
      </p>
      <p>{t('Other Personas… asks whom to rehearse. Show Rehearsal… lists what was saved; one that was not is gone with its window.')}</p>
    </div>
  );
}
