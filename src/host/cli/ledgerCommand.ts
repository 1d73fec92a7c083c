import type { LedgerReport } from '../../app/ledgerReport.ts';
import { ok } from '../../domain/index.ts';
import type { Invocation } from './command.ts';
import { withApp } from './liveCommands.ts';

/** `prewarm ledger`: what was gained and wasted here, and what others would have done. */
export const ledgerCommand = (invocation: Invocation) =>
  withApp(invocation, async (app) => {
    const report = await app.ledger();
    return ok({ json: report, lines: linesOf(report) });
  });

function linesOf({ summary, calibration, eagerness, policies, remedies }: LedgerReport): readonly string[] {
  const tried = eagerness.filter((e) => e.tried > 0);
  return [
    `${summary.hits} hits, ${summary.misses} misses; ${(summary.savedMs / 1000).toFixed(1)} s saved, ${(summary.wastedWarmMs / 60_000).toFixed(1)} min warm for nothing.`,
    ...(remedies.length > 0 ? ['', 'Remedies:'] : []),
    ...remedies.map((r) => `  ${r.did}: ${r.text}. ${r.because}`),
    ...(calibration.length > 0 ? ['', 'Said and happened:'] : []),
    ...calibration.map((c) => `  ${percent(c.said)} said, ${percent(c.happened)} happened (${c.times} times)`),
    ...(tried.length > 0 ? ['', 'How eager, and what a session earned (off-policy estimate):'] : []),
    ...tried.map(
      (e) =>
        `  × ${e.eagerness.toString().padEnd(5)} ${(e.meanS ?? 0).toFixed(2)} s ± ${(e.errorS ?? 0).toFixed(2)} (tried ${e.tried} times)`,
    ),
    '',
    ...(policies
      ? [
          `What others would have done with the ${policies.policies.never?.uses} uses seen here:`,
          '  policy             cold   idle minutes   seconds saved',
          ...Object.entries(policies.policies).map(
            ([name, f]) =>
              `${name === policies.shipped ? '*' : ' '} ${name.padEnd(16)}${String(f.coldStarts).padStart(7)}${f.idleWarmMinutes.toFixed(0).padStart(15)}${f.secondsSaved.toFixed(0).padStart(16)}`,
          ),
        ]
      : ['Nothing was used here yet, so there is nothing to compare.']),
  ];
}

const percent = (x: number): string => `${Math.round(100 * x)} %`.padStart(5);
