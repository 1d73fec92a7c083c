import type { AgentTool, WarmWish } from '../../app/agentTools/agentTools.ts';
import type { App } from '../../app/app.ts';
import type { Secrets } from '../../app/ports.ts';
import type { Mode, Result } from '../../domain/index.ts';
import type { BatteryRule } from '../../plan/pressure.ts';
import type { Remediation } from '../../plan/remedies/guard.ts';
import type { EngineWish } from '../../provision/engine/choose.ts';
import type { Checked } from '../../sense/pdl/check.ts';
import type { OtlpReceiver, OtlpReceiverOptions } from '../node/otlpReceiver.ts';
import type { rehearseInThread } from '../node/rehearsals/rehearseInThread.ts';
import type { SavedRehearsals } from '../node/rehearsals/savedRehearsals.ts';
import type { createRehearsalMessages } from './rehearsal/rehearsalMessages.ts';

/** What `activate` hands to the core, which is a bundle of its own and is loaded only when first needed. */
export interface CoreOptions {
  readonly folder: string;
  readonly stateFolder: string;
  readonly bundles: string;
  readonly trusted: boolean;
  readonly mode: Mode;
  readonly memoryBytes: number;
  readonly idleMs: number;
  readonly horizonMs: number;
  readonly retentionDays: number;
  readonly engine: EngineWish;
  /** Empty names: no cluster is touched. */
  readonly kubernetes: { readonly context: string; readonly namespace: string };
  readonly devcontainerPath: string;
  readonly snapshotBytes: number;
  readonly branchCopies: 'on' | 'off';
  readonly embedded: 'on' | 'off';
  readonly localBinaries: 'on' | 'off';
  readonly battery: BatteryRule;
  readonly remediation: Remediation;
  readonly excludedFolders: readonly string[];
  readonly feeds: readonly object[];
  readonly log: (line: string) => void;
  /** Where generated roles of databases are kept; undefined: none are made. */
  readonly secrets: Omit<Secrets, 'keeper'> | undefined;
  /** Where those of feeds are kept. */
  readonly feedSecrets: Pick<Secrets, 'get'>;
}

export interface Core {
  openCore(options: CoreOptions): Promise<App>;
  openOtlpReceiver(options: Pick<OtlpReceiverOptions, 'record' | 'measure' | 'log'>): Promise<Result<OtlpReceiver>>;
  readonly AGENT_TOOLS: readonly AgentTool[];
  warmWish(app: App, input: unknown): Result<WarmWish>;
  readonly rehearseInThread: typeof rehearseInThread;
  readonly createRehearsalMessages: typeof createRehearsalMessages;
  /** Those of the workspace in this folder. */
  savedRehearsals(stateFolder: string, folder: string): SavedRehearsals;
  checkPersonas(text: string): Checked;
}
