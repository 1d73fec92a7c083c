import { availableParallelism } from 'node:os';
import { type LiveWork, rehearsedLive } from '../../app/rehearsals/liveRehearsal.ts';
import { failed, ok, type Result } from '../../domain/index.ts';
import type { RehearsalResult } from '../../simulate/result/result.ts';
import { play } from '../node/rehearsals/play.ts';
import type { Invocation } from './command.ts';
import { withApp } from './liveCommands.ts';

const WORDS = { warming: 'warming', rehearsing: 'rehearsing with real requests', cooling: 'cooling what was warmed for it' } as const;

/** Opens the workspace, and rehearses in it with real requests. */
export async function playedLive(invocation: Invocation, work: Omit<LiveWork, 'leave'>): Promise<Result<RehearsalResult>> {
  let result: Result<RehearsalResult> = failed('start-failed', 'now', 'The rehearsal did not begin.');
  const report = await withApp(invocation, async (app) => {
    result = await rehearsedLive(
      app,
      { ...work, leave: invocation.options['keep-warm'] === true ? 'warm' : 'before' },
      {
        play,
        signal: invocation.signal,
        progress: (step, done) =>
          invocation.terminal.progress(`${WORDS[step]} …${step === 'rehearsing' ? ` ${Math.round(100 * done)} %` : ''}`),
        pause: () => new Promise((resolve) => setImmediate(resolve)),
        cores: availableParallelism(),
        every: (ms, look) => {
          const timer = setInterval(look, ms);
          return () => clearInterval(timer);
        },
      },
    );
    return ok({ json: {}, lines: [] });
  });
  return report.ok ? result : report;
}
