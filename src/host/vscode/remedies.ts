import * as vscode from 'vscode';
import type { App } from '../../app/app.ts';
import type { Given, Recommendation } from '../../app/remedies/remedy.ts';
import { ok, type Result } from '../../domain/index.ts';
import { previewLines } from '../../show/remedies.ts';
import { ms } from '../../show/threeDigits.ts';
import { tell } from './movement.ts';

const { t } = vscode.l10n;
const EXAMPLE = 'CREATE INDEX orders_by_customer ON orders (customer)';

/** One of the last rehearsal's: chosen, shown as what it would do, and applied when a person says so. */
export async function applyRecommendation(app: App): Promise<void> {
  const items = app.remedies.offered().map((advice, i) => ({
    label: `${i + 1}. ${advice.text}`,
    description: t('p95 {0} → {1}', ms(advice.before.p95Ms), ms(advice.after.p95Ms)),
    detail: app.remedies.preview(advice).does.join(' ') || t('By hand'),
    advice,
  }));
  if (items.length === 0)
    return void vscode.window.showInformationMessage(t('There is no recommendation yet. Rehearse with “Prewarm: Simulate…” first.'));
  const picked = await vscode.window.showQuickPick(items, { title: t('Apply which recommendation?'), matchOnDetail: true });
  if (picked) await applyOne(app, picked.advice);
}

/** Previewed and confirmed; the rehearsal view calls it as well. Resolves to what was done; undefined: the person would rather not. */
export async function applyOne(app: App, advice: Recommendation): Promise<Result<string> | undefined> {
  const given = await givenFor(app, advice);
  if (given === undefined) return undefined;
  const preview = app.remedies.preview(advice, given);
  const detail = previewLines(preview, t).join('\n');
  if (preview.does.length === 0) {
    await vscode.window.showInformationMessage(advice.text, { modal: true, detail });
    return undefined;
  }
  const yes = t('Apply');
  if ((await vscode.window.showWarningMessage(advice.text, { modal: true, detail }, yes)) !== yes) return undefined;
  const applied = await vscode.window.withProgress({ location: vscode.ProgressLocation.Notification, title: advice.text }, () =>
    app.remedies.apply(advice, given),
  );
  if (!applied.ok) {
    tell([applied.fault]);
    return applied;
  }
  const said = t('Applied: {0}. Its effect is measured by what clients wait, and it is taken back if it falls short.', advice.text);
  const undo = t('Undo');
  void vscode.window.showInformationMessage(said, undo).then((answer) => (answer === undo ? undone(app, applied.value.id) : undefined));
  return ok(said);
}

/** An index needs its statement. Undefined: the person would rather not. */
async function givenFor(app: App, advice: Recommendation): Promise<Given | undefined> {
  if (!advice.changes.some((c) => c.do === 'index') || app.remedies.preview(advice).refused.length > 0) return {};
  const statement = await vscode.window.showInputBox({
    title: t('Which index?'),
    prompt: t('One CREATE INDEX with a name; it is run in the database of this workspace, and dropped when you undo it'),
    placeHolder: EXAMPLE,
  });
  return statement === undefined ? undefined : { statement };
}

export async function undoRemedy(app: App): Promise<void> {
  const items = app.remedies
    .list()
    .filter((r) => r.phase !== 'undone')
    .map((r) => ({ label: r.text, description: r.outcome?.text ?? t('its effect is not measured yet'), id: r.id }));
  if (items.length === 0) return void vscode.window.showInformationMessage(t('No recommendation is applied here.'));
  const picked = await vscode.window.showQuickPick(items, { title: t('Undo which remedy?') });
  if (picked) await undone(app, picked.id);
}

async function undone(app: App, id: string): Promise<void> {
  const result = await vscode.window.withProgress({ location: vscode.ProgressLocation.Window, title: t('Undoing') }, () =>
    app.remedies.undo(id),
  );
  if (!result.ok) tell([result.fault]);
}

/** After a rehearsal: by the setting `prewarm.remediation` nothing, a word, or the best is applied. */
export async function offerRemedies(app: App, advice: readonly Recommendation[]): Promise<void> {
  const offered = await app.remedies.offer(advice);
  if (offered.did === 'applied') {
    const undo = t('Undo');
    const answer = await vscode.window.showInformationMessage(t('Applied by itself: {0}', offered.remedy?.text ?? ''), undo);
    if (answer === undo && offered.remedy) await undone(app, offered.remedy.id);
    return;
  }
  const [best] = app.remedies.offered();
  if (offered.did === 'nothing' || !best) return;
  const show = t('Show…');
  const answer = await vscode.window.showInformationMessage(t('The rehearsal recommends: {0}', best.text), show);
  if (answer === show) await applyOne(app, best);
}
