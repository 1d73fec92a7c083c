import * as vscode from 'vscode';
import type { AppState } from '../../../app/app.ts';
import type { OtlpReceiver } from '../../node/otlpReceiver.ts';
import type { Core } from '../coreContract.ts';
import type { Record } from './record.ts';

export interface OtlpSensorOptions {
  readonly folder: vscode.WorkspaceFolder;
  readonly open: Core['openOtlpReceiver'];
  readonly record: Record;
  readonly log: vscode.LogOutputChannel;
  /** Where terminals should send spans to; undefined: not to us. */
  readonly heardAt: (endpoint: string | undefined) => void;
}

export interface OtlpSensor {
  show(state: AppState): void;
  dispose(): Promise<void>;
}

/**
 * Spans that programs of the developer export, where `prewarm.otlp.enabled` asks for it. Unlike the other sensors it opens a port, so
 * it listens only where the workspace is trusted and the mode is not `off`. Level-triggered: one change is made at a time.
 */
export function createOtlpSensor({ folder, open, record, log, heardAt }: OtlpSensorOptions): OtlpSensor {
  let allowed = false;
  let disposed = false;
  let receiver: OtlpReceiver | undefined;
  let settling = Promise.resolve();

  const look = (): Promise<void> => {
    settling = settling.then(settle, settle).catch((error: Error) => log.error(error.message));
    return settling;
  };
  async function settle(): Promise<void> {
    const wanted = allowed && !disposed && isEnabled(folder);
    if (wanted && !receiver) await start();
    else if (!wanted && receiver) await stop(receiver);
  }
  async function start(): Promise<void> {
    const opened = await open({ record, log: (line) => log.info(line) });
    if (!opened.ok) return log.warn(opened.fault.message);
    receiver = opened.value;
    const own = await ownSetting(folder);
    log.info(`Spans are heard at ${receiver.endpoint}${own ? `; terminals are left alone, since ${own}` : ''}.`);
    heardAt(own ? undefined : receiver.endpoint);
  }
  async function stop(open: OtlpReceiver): Promise<void> {
    receiver = undefined;
    heardAt(undefined);
    await open.close();
    log.info('Spans are no longer heard.');
  }

  const listening = vscode.workspace.onDidChangeConfiguration((change) => {
    if (change.affectsConfiguration('prewarm.otlp', folder.uri)) void look();
  });
  return {
    show({ trusted, mode }) {
      const next = trusted && mode !== 'off';
      if (next === allowed) return;
      allowed = next;
      void look();
    },
    async dispose() {
      listening.dispose();
      disposed = true;
      await look();
    },
  };
}

function isEnabled(folder: vscode.WorkspaceFolder): boolean {
  return vscode.workspace.getConfiguration('prewarm', folder.uri).get<unknown>('otlp.enabled') === true;
}

const PLATFORMS: Readonly<{ [platform: string]: string }> = { win32: 'windows', darwin: 'osx' };
const OWN = /^\s*(?:export\s+)?(OTEL_EXPORTER_OTLP_(?:TRACES_)?(?:ENDPOINT|PROTOCOL))\s*=/m;

/** Repeats our endpoint, so that an editor which is started in one of our terminals does not take it for the developer's own. */
export const OURS = 'PREWARM_OTLP_ENDPOINT';

/** Where the developer says himself where spans go, in words; undefined where he does not. */
async function ownSetting(folder: vscode.WorkspaceFolder): Promise<string | undefined> {
  const terminal = `terminal.integrated.env.${PLATFORMS[process.platform] ?? 'linux'}`;
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, [OURS]: ours } = process.env;
  const places = [
    ['the environment', endpoint !== undefined && endpoint === ours ? '' : linesOf(process.env)],
    [terminal, linesOf(vscode.workspace.getConfiguration(undefined, folder.uri).get<object>(terminal) ?? {})],
    ['.env', await textOf(vscode.Uri.joinPath(folder.uri, '.env'))],
    ['.env.local', await textOf(vscode.Uri.joinPath(folder.uri, '.env.local'))],
  ] as const;
  for (const [place, text] of places) {
    const name = OWN.exec(text)?.[1];
    if (name !== undefined) return `${place} sets ${name}`;
  }
  return undefined;
}

const linesOf = (environment: object): string =>
  Object.keys(environment)
    .map((name) => `${name}=`)
    .join('\n');

async function textOf(file: vscode.Uri): Promise<string> {
  return vscode.workspace.fs.readFile(file).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => '',
  );
}
