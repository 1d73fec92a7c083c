import { comparedIn, comparisonView } from '../../../app/rehearsals/comparisonView.ts';
import type { KeptRehearsal, RehearsalSummary } from '../../../app/rehearsals/keptRehearsal.ts';
import type { NamedText } from '../../../app/rehearsals/parsed.ts';
import { readForm } from '../../../app/rehearsals/readForm.ts';
import { rehearsalMarkdown } from '../../../app/rehearsals/rehearsalMarkdown.ts';
import { usualDurationMs } from '../../../app/rehearsals/rehearsalSetting.ts';
import { rehearsalView } from '../../../app/rehearsals/rehearsalView.ts';
import { personasIn, type RehearsalWork } from '../../../app/rehearsals/rehearsed.ts';
import { resultTable } from '../../../app/rehearsals/resultTable.ts';
import { ok, type Result, type UnixMs } from '../../../domain/index.ts';
import {
  ADVICE_ACTIONS,
  type AdviceAction,
  type FromRehearsal,
  parseFromRehearsal,
  type ToRehearsal,
} from '../../../show/rehearsal/rehearsalProtocol.ts';
import type { RehearsalForm } from '../../../show/rehearsal/rehearsalView.ts';
import type { Translate } from '../../../show/translate.ts';
import type { Advice } from '../../../simulate/advice/advise.ts';
import type { RehearsalResult } from '../../../simulate/result/result.ts';
import type { SavedRehearsals } from '../../node/rehearsals/savedRehearsals.ts';

/** Who is rehearsed; how, is changed in the view. */
export type RehearsalSubject = Pick<RehearsalWork, 'document' | 'personas' | 'practices'>;

export interface OfferedRehearsal extends RehearsalSummary {
  readonly where: 'session' | 'saved';
}

/** A rehearsal in the formats that it is exported in, by the ending of the file. */
export type ExportTexts = Readonly<Record<'json' | 'csv' | 'md', () => string>>;

/** Acts on a recommendation; resolves to what was done, in words, or undefined where the person would rather not. */
export type AdviceHandler = (advice: Advice, rehearsal: KeptRehearsal) => Promise<Result<string> | undefined>;

export interface RehearsalMessageOptions {
  readonly rehearse: (
    work: RehearsalWork,
    options: { readonly signal: AbortSignal; readonly progress: (done: number) => void },
  ) => Promise<Result<RehearsalResult>>;
  readonly saved: SavedRehearsals;
  /** What a person is asked; undefined: they turned away. A picked file is handed over as its text. */
  readonly askName: (suggested: string) => Promise<string | undefined>;
  readonly pick: (offered: readonly OfferedRehearsal[]) => Promise<string | NamedText | undefined>;
  /** Resolves to the file that was written. */
  readonly exportTo: (name: string, texts: ExportTexts) => Promise<Result<string> | undefined>;
  /** The commands *Simulate…* and *Show Rehearsal…*. */
  readonly choose: () => void;
  readonly list: () => void;
  readonly handlers: Readonly<Partial<Record<AdviceAction, AdviceHandler>>>;
  readonly send: (message: ToRehearsal) => void;
  /** The saved one that was in sight last: a page that the editor restores may have lost what it kept. */
  readonly last: { get(): string | undefined; set(id: string | undefined): void };
  readonly now: () => UnixMs;
  readonly newId: () => string;
  readonly t: Translate;
}

/** So many of this session are kept to be compared, saved or not. */
const MOST = 20;

/** Answers the rehearsal view's messages. One rehearsal runs at a time: a newer one ends the one before. */
export function createRehearsalMessages(options: RehearsalMessageOptions) {
  const { saved, send, last, handlers, now, newId, t } = options;
  let session: readonly KeptRehearsal[] = [];
  let made = 0;
  let shown: { readonly rehearsal: KeptRehearsal; readonly savedAs?: string } | undefined;
  let running: { readonly controller: AbortController; readonly title: string; done: number } | undefined;
  const actions = ADVICE_ACTIONS.filter((action) => handlers[action]);

  function draw(): void {
    if (shown) {
      last.set(shown.savedAs);
      send({ type: 'rehearsal', view: rehearsalView(shown.rehearsal, shown.savedAs, t), actions });
    }
    if (running) send({ type: 'busy', title: running.title, done: running.done });
  }

  function fail({ ok: isOk, ...rest }: Result<unknown>): void {
    if (isOk || !('fault' in rest)) return;
    send(rest.fault.code === 'cancelled' ? { type: 'stopped' } : { type: 'failed', message: rest.fault.message });
  }

  /** With what is usual for them. */
  async function begin(subject: RehearsalSubject): Promise<void> {
    const personas = personasIn(subject);
    const named = personas.ok ? personas.value.map((p) => p.name).join(', ') : (subject.personas ?? []).join(', ');
    if (!personas.ok) return fail(personas);
    await simulate({ ...subject, durationMs: usualDurationMs(personas.value), scale: 1, seed: 1, rung: 'ready' }, named);
  }

  async function simulate(work: RehearsalWork, named: string): Promise<void> {
    stop();
    const own = { controller: new AbortController(), title: t('Rehearsing {0}', named), done: 0 };
    running = own;
    send({ type: 'busy', title: own.title, done: 0 });
    const result = await options.rehearse(work, {
      signal: own.controller.signal,
      progress: (done) => {
        own.done = done;
        if (running === own) send({ type: 'busy', title: own.title, done });
      },
    });
    // Called off, or asked anew: the view knows already.
    if (running !== own) return;
    running = undefined;
    if (!result.ok) return fail(result);
    const rehearsal = { id: newId(), name: `${named} ${++made}`, at: now(), work, result: result.value };
    session = [...session, rehearsal].slice(-MOST);
    shown = { rehearsal };
    draw();
  }

  async function again(form: RehearsalForm): Promise<void> {
    if (!shown) return;
    const { work, result } = shown.rehearsal;
    const setting = readForm(form, t);
    if (!setting.ok) return fail(setting);
    const { document, personas, practices } = work;
    const subject = { document, ...(personas ? { personas } : {}), practices };
    await simulate({ ...subject, ...setting.value }, result.rehearsal.personas.join(', '));
  }

  async function save(): Promise<void> {
    if (!shown) return;
    const { rehearsal } = shown;
    const name = (await options.askName(rehearsal.name))?.trim();
    if (!name) return;
    const named = { ...rehearsal, name };
    const done = await saved.save(named);
    if (!done.ok) return fail(done);
    session = session.map((one) => (one.id === named.id ? named : one));
    if (shown.rehearsal.id === named.id) shown = { rehearsal: named, savedAs: named.id };
    draw();
    send({ type: 'done', message: t('Saved as “{0}”.', name) });
  }

  async function exported(): Promise<void> {
    if (!shown) return;
    const { rehearsal } = shown;
    const done = await options.exportTo(rehearsal.name, {
      json: () => `${JSON.stringify(rehearsal.result, null, 2)}\n`,
      csv: () => resultTable(rehearsal.result),
      md: () => rehearsalMarkdown(rehearsalView(rehearsal, undefined, t), t),
    });
    if (done?.ok) send({ type: 'done', message: t('Exported to {0}.', done.value) });
    else if (done) fail(done);
  }

  async function compare(): Promise<void> {
    if (!shown) return;
    const { rehearsal } = shown;
    const kept = await saved.list();
    const ofSession = session.filter((one) => !kept.rehearsals.some((k) => k.id === one.id));
    const offered = [
      ...[...ofSession].reverse().map(({ id, name, at }) => ({ id, name, at, where: 'session' as const })),
      ...kept.rehearsals.map((one) => ({ ...one, where: 'saved' as const })),
    ].filter(({ id }) => id !== rehearsal.id);
    const picked = await options.pick(offered);
    if (picked === undefined) return;
    const other = typeof picked === 'string' ? await rehearsalOf(picked) : comparedIn(picked);
    if (!other.ok) return fail(other);
    send({ type: 'comparison', comparison: comparisonView(other.value, rehearsal, t) });
  }

  async function rehearsalOf(id: string): Promise<Result<KeptRehearsal>> {
    const known = session.find((one) => one.id === id);
    return known ? ok(known) : saved.read(id);
  }

  async function act(action: AdviceAction, index: number): Promise<void> {
    const [handler, advice] = [handlers[action], shown?.rehearsal.result.advice[index]];
    if (!shown || !handler || !advice) return;
    const done = await handler(advice, shown.rehearsal);
    if (done?.ok) send({ type: 'done', message: done.value });
    else if (done) fail(done);
  }

  /** A saved one, or one of this session. */
  async function show(id: string): Promise<void> {
    stop();
    const read = await rehearsalOf(id);
    if (!read.ok) return fail(read);
    const isSaved = (await saved.list()).rehearsals.some((one) => one.id === id);
    shown = { rehearsal: read.value, ...(isSaved ? { savedAs: id } : {}) };
    draw();
  }

  async function restore(saidByPage: string | undefined): Promise<void> {
    if (saidByPage !== undefined) return show(saidByPage);
    const id = last.get();
    return id !== undefined && (await saved.read(id)).ok ? show(id) : send({ type: 'nothing' });
  }

  /** Without a word. */
  function stop(): void {
    running?.controller.abort();
    running = undefined;
  }

  async function answer(raw: unknown): Promise<void> {
    const message: FromRehearsal | undefined = parseFromRehearsal(raw);
    switch (message?.type) {
      case 'ready':
        if (shown || running) return draw();
        return restore(message.saved);
      case 'simulate':
        return again(message.form);
      case 'cancel':
        stop();
        return send({ type: 'stopped' });
      case 'save':
        return save();
      case 'export':
        return exported();
      case 'compare':
        return compare();
      case 'choose':
        return options.choose();
      case 'list':
        return options.list();
      case 'apply':
        return act(message.type, message.index);
    }
  }

  return {
    answer,
    begin,
    show,
    stop,
    /** What was kept of this session is forgotten, as after an erasure. */
    forget(): void {
      stop();
      session = [];
      shown = undefined;
      last.set(undefined);
      send({ type: 'nothing' });
    },
  };
}

export type RehearsalMessages = ReturnType<typeof createRehearsalMessages>;
