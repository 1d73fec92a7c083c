import * as vscode from 'vscode';

export interface InProgress {
  readonly signal: AbortSignal;
  /** Share that is done, 0–1. */
  progress(done: number): void;
}

/** Shows how far a rehearsal is, and lets it be cancelled. */
export async function withRehearsalProgress<T>(title: string, rehearse: (options: InProgress) => Promise<T>): Promise<T> {
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      const controller = new AbortController();
      token.onCancellationRequested(() => controller.abort());
      let told = 0;
      return rehearse({
        signal: controller.signal,
        progress(done) {
          progress.report({ increment: 100 * (done - told), message: `${Math.round(100 * done)} %` });
          told = done;
        },
      });
    },
  );
}
