import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { FaultRow, RehearsalForm, RehearsalView } from '../../src/show/rehearsal/rehearsalView.ts';
import { t } from '../translate.ts';

export interface FormProps {
  readonly view: Pick<RehearsalView, 'form' | 'resources' | 'rungs'>;
  readonly isBusy: boolean;
  readonly isOpen: boolean;
  readonly toggle: (isOpen: boolean) => void;
  readonly simulate: (form: RehearsalForm) => void;
}

/** What can be changed before it is simulated again. */
export function Form({ view, isBusy, isOpen, toggle, simulate }: FormProps) {
  const [draft, setDraft] = useState(view.form);
  useEffect(() => setDraft(view.form), [view.form]);
  const set = (change: Partial<RehearsalForm>): void => setDraft((before) => ({ ...before, ...change }));
  const text = (name: 'duration' | 'scale' | 'seed' | 'replications', label: string, hint: string) => (
    <Field id={name} label={label} hint={hint}>
      <input
        id={name}
        aria-describedby={`${name}-hint`}
        value={draft[name]}
        onInput={({ currentTarget }) => set({ [name]: currentTarget.value })}
      />
    </Field>
  );
  return (
    <details class="form" open={isOpen} onToggle={(event) => toggle(event.currentTarget.open)}>
      <summary>{t('Simulate again, otherwise')}</summary>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          simulate(draft);
        }}
      >
        <div class="fields">
          {text('duration', t('Duration'), t('such as 90s, 10m, 1h30m or 7d'))}
          {text('scale', t('Scale'), t('times as many requests'))}
          <Field id="start" label={t('Start')} hint={t('empty: no time in particular')}>
            <input
              id="start"
              aria-describedby="start-hint"
              type="datetime-local"
              value={draft.start}
              onInput={({ currentTarget }) => set({ start: currentTarget.value })}
            />
          </Field>
          {text('seed', t('Seed'), t('the same seed, the same figures'))}
          {text('replications', t('Replications'), t('empty: as many as usual'))}
          <Field id="rung" label={t('Warm at the start')} hint={t('all resources')}>
            <Rungs id="rung" rungs={view.rungs} chosen={draft.rung} choose={(rung) => set({ rung })} />
          </Field>
        </div>
        <Warmth view={view} draft={draft} set={set} />
        <Faults resources={view.resources} faults={draft.faults} set={(faults) => set({ faults })} />
        <button type="submit" class="primary" disabled={isBusy}>
          {t('Simulate')}
        </button>
      </form>
    </details>
  );
}

interface FieldProps {
  /** Of the control. */
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly children: ComponentChildren;
}

function Field({ id, label, hint, children }: FieldProps) {
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children}
      <span class="dim" id={`${id}-hint`}>
        {hint}
      </span>
    </div>
  );
}

interface RungsProps {
  readonly id: string;
  readonly rungs: RehearsalView['rungs'];
  readonly chosen: string;
  readonly choose: (rung: string) => void;
  /** The first option, which stands for none. */
  readonly none?: string;
}

function Rungs({ id, rungs, chosen, choose, none }: RungsProps) {
  return (
    <select id={id} value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
      {none !== undefined && <option value="">{none}</option>}
      {rungs.map(({ rung, name }) => (
        <option key={rung} value={rung}>
          {name}
        </option>
      ))}
    </select>
  );
}

interface WarmthProps {
  readonly view: FormProps['view'];
  readonly draft: RehearsalForm;
  readonly set: (change: Partial<RehearsalForm>) => void;
}

function Warmth({ view, draft, set }: WarmthProps) {
  return (
    <fieldset>
      <legend>{t('Warm otherwise')}</legend>
      {view.resources.map((id, i) => (
        <div key={id} class="row">
          <label for={`warm-${i}`}>{id}</label>
          <Rungs
            id={`warm-${i}`}
            rungs={view.rungs}
            none={t('as all')}
            chosen={draft.rungs[id] ?? ''}
            choose={(rung) => {
              const { [id]: _, ...others } = draft.rungs;
              set({ rungs: rung === '' ? others : { ...others, [id]: rung } });
            }}
          />
        </div>
      ))}
    </fieldset>
  );
}

interface FaultsProps {
  readonly resources: readonly string[];
  readonly faults: readonly FaultRow[];
  readonly set: (faults: readonly FaultRow[]) => void;
}

function Faults({ resources, faults, set }: FaultsProps) {
  const change = (at: number, next: Partial<FaultRow>): void => set(faults.map((fault, i) => (i === at ? { ...fault, ...next } : fault)));
  return (
    <fieldset>
      <legend>{t('Injected faults')}</legend>
      {faults.map((fault, i) => (
        // Rows have no name of their own, and two may be the same.
        <div key={i} class="row">
          <select aria-label={t('Resource')} value={fault.of} onChange={({ currentTarget }) => change(i, { of: currentTarget.value })}>
            {resources.map((id) => (
              <option key={id}>{id}</option>
            ))}
          </select>
          <select
            aria-label={t('Fault')}
            value={fault.do}
            onChange={({ currentTarget }) => change(i, { do: currentTarget.value as FaultRow['do'] })}
          >
            <option value="slow">{t('is slower by (such as 200ms)')}</option>
            <option value="fail">{t('fails in (such as 5%)')}</option>
          </select>
          <input
            aria-label={t('How much')}
            value={fault.value}
            onInput={({ currentTarget }) => change(i, { value: currentTarget.value })}
          />
          <button type="button" onClick={() => set(faults.filter((_, at) => at !== i))}>
            {t('Remove')}
            <span class="hidden">: {fault.of}</span>
          </button>
        </div>
      ))}
      <button
        type="button"
        disabled={resources.length === 0}
        onClick={() => set([...faults, { do: 'slow', of: resources[0] ?? '', value: '200ms' }])}
      >
        {t('Add a Fault')}
      </button>
    </fieldset>
  );
}
