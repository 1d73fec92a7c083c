import * as vscode from 'vscode';
import type { App, Suggestion } from '../../app/app.ts';
import { isWarm } from '../../domain/index.ts';
import { answered, offered, type SuggestionQueue } from '../../show/suggestionQueue.ts';
import { moveWithProgress, teach } from './movement.ts';

const { t } = vscode.l10n;

/** Suggestions as notifications, never two at a time. Each answer teaches; to close one is “not now”. */
export function createSuggestions(app: App): (suggestion: Suggestion) => void {
  let queue: SuggestionQueue<Suggestion> = { open: undefined, waiting: [] };
  const isCold = (id: string): boolean => app.state().resources.some((r) => r.resource.id === id && !isWarm(r.rung));

  async function ask(): Promise<void> {
    while (queue.open) {
      await asked(app, queue.open, isCold);
      queue = answered(queue, isCold);
    }
  }
  return (suggestion) => {
    const idle = !queue.open;
    queue = offered(queue, suggestion);
    if (idle) void ask();
  };
}

async function asked(app: App, { persona, probability, resources }: Suggestion, isCold: (id: string) => boolean): Promise<void> {
  const names = resources.map((r) => r.name).join(', ');
  const text = t('This looks like “{0}” ({1} %). Warm {2} now?', persona, Math.round(100 * probability), names);
  const [warm, notNow, always, never] = [t('Warm'), t('Not now'), t('Always here'), t('Never')];
  const answer = await vscode.window.showInformationMessage(text, warm, notNow, always, never);
  const ids = resources.map((r) => r.id);
  const cold = ids.filter(isCold);
  // What follows an answer is not waited for: the next question need not wait for a database.
  if (answer === warm) void moveWithProgress(app, cold, 'warm');
  else if (answer === always) void teach(app, ids, 'always');
  else if (answer === never) void teach(app, ids, 'never');
  // Closed after it was warmed by other means, it teaches nothing.
  else for (const resource of cold) app.teach({ resource, verdict: 'not-now' });
}
