import type { App } from '../../app/app.ts';
import type { Mode, Result } from '../../domain/index.ts';
import type { OtlpReceiver, OtlpReceiverOptions } from '../node/otlpReceiver.ts';

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
  readonly dockerHost: string;
  readonly embedded: 'on' | 'off';
  readonly log: (line: string) => void;
}

export interface Core {
  openCore(options: CoreOptions): Promise<App>;
  openOtlpReceiver(options: Pick<OtlpReceiverOptions, 'record' | 'log'>): Promise<Result<OtlpReceiver>>;
}
