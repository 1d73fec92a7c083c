import { type Comparison, duration, type LedgerView, percent, SPANS, type Span } from '../../src/show/ledger.ts';
import { Chart, type Tables } from '../charts/chart.tsx';
import { Choice } from '../charts/choice.tsx';
import { Table } from '../charts/table.tsx';
import { t } from '../translate.ts';
import { Calibration } from './calibration.tsx';
import { HitsChart, hasLines, MemoryChart, SavedChart, WastedChart } from './dayCharts.tsx';
import { Policies } from './policies.tsx';

export interface PageProps {
  readonly view: LedgerView;
  readonly comparison: Comparison | undefined;
  readonly comparing: boolean;
  readonly tables: Tables;
  readonly look: (span: Span) => void;
  readonly compare: () => void;
}

/** The ledger: in words, and as charts, each of which is a table, too. */
export function Page({ view, comparison, comparing, tables, look, compare }: PageProps) {
  return (
    <>
      <header>
        <h1>{t('Ledger')}</h1>
        <Choice
          label={t('Days')}
          options={SPANS.map((value) => ({ value, words: t('{0} days', value) }))}
          chosen={view.span}
          choose={look}
        />
      </header>
      <div aria-live="polite">
        <p class="headline">{view.headline}</p>
        {view.notes.map((note) => (
          <p key={note} class="dim">
            {note}
          </p>
        ))}
      </div>
      {view.days.some(hasLines) ? (
        <>
          <div class="charts">
            <SavedChart view={view} tables={tables} />
            <HitsChart view={view} tables={tables} />
            <WastedChart view={view} tables={tables} />
            <MemoryChart view={view} tables={tables} />
            <CalibrationChart view={view} tables={tables} />
            <PoliciesChart comparison={comparison} comparing={comparing} tables={tables} />
          </div>
          <footer>
            <button type="button" onClick={compare} disabled={comparing}>
              {comparing ? t('Comparing…') : t('Compare again')}
            </button>
          </footer>
        </>
      ) : (
        <Nothing />
      )}
    </>
  );
}

function CalibrationChart({ view: { calibration }, tables }: Pick<PageProps, 'view' | 'tables'>) {
  return (
    <Chart
      id="calibration"
      title={t('Said and happened')}
      says={t('On the line, what was said came true as often as said.')}
      tables={tables}
      chart={<Calibration bins={calibration} />}
      table={
        <Table
          heads={[t('Said'), t('Happened'), t('Times')]}
          rows={calibration.map((b) => [percent(b.said), percent(b.happened), b.times])}
        />
      }
    />
  );
}

function PoliciesChart({ comparison, comparing, tables }: Pick<PageProps, 'comparison' | 'comparing' | 'tables'>) {
  const { uses, policies, eagerness }: Comparison = comparison ?? { uses: 0, policies: [], eagerness: [] };
  return (
    <Chart
      id="policies"
      title={t('Against other policies')}
      says={uses > 0 ? t('All {0} uses that are recorded, replayed.', uses) : t('What others would have done with the same uses.')}
      tables={tables}
      chart={
        policies.length > 0 ? (
          <Policies rows={policies} />
        ) : (
          <p class="dim">{comparing ? t('Comparing…') : t('Nothing was used here yet, so there is nothing to compare.')}</p>
        )
      }
      table={
        <>
          <Table
            heads={[t('Policy'), t('Cold starts'), t('Warm without use'), t('Saved')]}
            rows={policies.map((p) => [p.words, p.coldStarts, duration(p.idleMinutes * 60_000, t), duration(p.savedS * 1000, t)])}
          />
          {eagerness.length > 0 && (
            <Table
              caption={t('How eager to warm, and what a session and resource earned by it (estimated)')}
              heads={[t('Eagerness'), t('Earned'), t('Error'), t('Tried')]}
              rows={eagerness.map((e) => [`× ${e.eagerness}`, `${e.meanS.toFixed(2)} s`, `± ${e.errorS.toFixed(2)} s`, e.tried])}
            />
          )}
        </>
      }
    />
  );
}

function Nothing() {
  return (
    <div class="empty">
      <p>
        {t(
          'Here will be, day by day: how long you did not have to wait, how often a database was warm before you came, and what was warm for nothing.',
        )}
      </p>
      <p>
        {t(
          'The first line is written when a session first uses something that the workspace declares, or when something that was foreseen is not used. That takes a few sessions, since Prewarm has to learn them first; in the modes shadow and suggest, too, where nothing is started and the ledger says what it would have been worth.',
        )}
      </p>
    </div>
  );
}
