import { useMemo } from 'preact/hooks';
import { createClock } from '../../src/show/clock.ts';
import { AHEADS, type DemandView } from '../../src/show/demand.ts';
import type { DemandChart } from '../../src/show/demandChart.ts';
import type { Tables } from '../charts/chart.tsx';
import { Choice } from '../charts/choice.tsx';
import { t } from '../translate.ts';
import type { Edits } from './edits.ts';
import { SubjectChart } from './subjectChart.tsx';

export type Ahead = DemandView['ahead'];
export type Kind = DemandChart['subject']['kind'];

export interface PageProps {
  readonly ahead: Ahead;
  readonly kind: Kind | 'all';
  /** Undefined until the first is there. */
  readonly view: DemandView | undefined;
  readonly standing: Standing;
  readonly tables: Tables;
  readonly edits: Edits;
  readonly look: (ahead: Ahead) => void;
  readonly cancel: () => void;
  readonly filter: (kind: Kind | 'all') => void;
}

/** How the last look went; whatever it is, what was there before stays in sight. */
export type Standing =
  | { readonly is: 'busy' }
  | { readonly is: 'seen' }
  | { readonly is: 'stopped' }
  | { readonly is: 'failed'; readonly message: string };

/** The demand to come: in words, and as charts, each of which is a table, too. */
export function Page(props: PageProps) {
  const { ahead, view, standing, look } = props;
  return (
    <>
      <header>
        <h1>{t('Demand')}</h1>
        <Choice
          label={t('How far ahead')}
          options={AHEADS.map((value) => ({ value, words: { hour: t('Hour'), day: t('Day'), week: t('Week') }[value] }))}
          chosen={ahead}
          choose={look}
        />
      </header>
      <StandingLine {...props} />
      {view && (
        <div class={standing.is === 'busy' ? 'earlier' : ''}>
          <p class="headline" aria-live="polite">
            {view.headline}
          </p>
          {view.charts.length > 0 ? <Charts {...props} view={view} /> : <Nothing />}
          <Silent silent={view.silent} />
        </div>
      )}
    </>
  );
}

function StandingLine({ ahead, view, standing, look, cancel }: PageProps) {
  const again = (words: string) => (
    <button type="button" onClick={() => look(ahead)}>
      {words}
    </button>
  );
  const seen = view && t('As of {0}.', createClock(view).moment(view.at));
  return (
    <div class={`standing ${standing.is}`}>
      {standing.is === 'failed' ? (
        <p role="alert">
          {t('This can’t be foreseen: {0}', standing.message)} {view && t('What is below is of before.')}
        </p>
      ) : (
        <p role="status" class="dim">
          {standing.is === 'busy' &&
            { hour: t('Looking an hour ahead…'), day: t('Looking a day ahead…'), week: t('Looking a week ahead…') }[ahead]}
          {standing.is === 'stopped' && t('Stopped.')} {standing.is !== 'busy' && seen}
        </p>
      )}
      {standing.is === 'busy' ? (
        <button type="button" onClick={cancel}>
          {t('Cancel')}
        </button>
      ) : (
        again(standing.is === 'failed' ? t('Try Again') : t('Look Again'))
      )}
    </div>
  );
}

function Charts({ view, kind, filter, tables, edits }: PageProps & { readonly view: DemandView }) {
  const clock = useMemo(() => createClock(view), [view.zone, view.language]);
  const kinds = (['persona', 'resource', 'feed'] as const).filter((k) => view.charts.some((c) => c.subject.kind === k));
  const chosen = kinds.includes(kind as Kind) ? kind : 'all';
  const words = { all: t('All'), persona: t('Personas'), resource: t('Resources'), feed: t('Feeds') };
  return (
    <>
      {kinds.length > 1 && (
        <Choice
          label={t('Whose demand')}
          options={(['all', ...kinds] as const).map((value) => ({ value, words: words[value] }))}
          chosen={chosen}
          choose={filter}
        />
      )}
      <div class="charts">
        {view.charts
          .filter((c) => chosen === 'all' || c.subject.kind === chosen)
          .map((chart) => (
            <SubjectChart key={chart.key} chart={chart} clock={clock} tables={tables} edits={edits} />
          ))}
      </div>
    </>
  );
}

function Silent({ silent }: Pick<DemandView, 'silent'>) {
  if (silent.length === 0) return null;
  return (
    <section aria-labelledby="silent-title">
      <h2 id="silent-title">{t('Of these nothing is said')}</h2>
      <dl>
        {silent.map(({ subject, because }) => (
          <div key={`${subject.kind}:${subject.id}`}>
            <dt>{subject.name}</dt>
            <dd class="dim">{because}</dd>
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
          'Here will be, for each persona, resource and feed: how much was used, how much is foreseen of it for the next hour, day or week and within which bounds, what was not expected, and what can be served at most.',
        )}
      </p>
      <p>
        {t(
          'A forecast needs a past: some days with sessions, or a feed of measurements. Learn from Existing History… brings along what your shells and git remember.',
        )}
      </p>
    </div>
  );
}
