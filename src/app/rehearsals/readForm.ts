import { failed, ok, type Result, type Rung } from '../../domain/index.ts';
import type { RehearsalForm } from '../../show/rehearsal/rehearsalView.ts';
import type { Translate } from '../../show/translate.ts';
import { isRung, type RehearsalSetting, readSetting } from './rehearsalSetting.ts';

/** What was typed into the view's form; a fault without a value is left out. */
export function readForm(form: RehearsalForm, t: Translate): Result<RehearsalSetting> {
  const read = readSetting(form, {
    duration: t('Duration'),
    scale: t('Scale'),
    start: t('Start'),
    seed: t('Seed'),
    replications: t('Replications'),
    rung: t('Warm at the start'),
  });
  if (!read.ok) return read;
  const rungs: [string, Rung][] = [];
  for (const [id, rung] of Object.entries(form.rungs)) {
    if (!isRung(rung)) return failed('wrong-usage', 'never', `${id} cannot be “${rung}” at the start.`);
    rungs.push([id, rung]);
  }
  const faults = form.faults.filter((fault) => fault.value.trim() !== '');
  return ok({
    ...read.value,
    ...(rungs.length > 0 ? { rungs: Object.fromEntries(rungs) } : {}),
    ...(faults.length > 0 ? { faults } : {}),
  });
}
