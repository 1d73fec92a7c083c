import { type Anomaly, failed, ok, type Result } from '../../domain/index.ts';
import { createDetector } from '../../predict/demand/anomaly/detector.ts';
import type { Point } from '../../sense/feeds/evenSteps.ts';
import type { SeriesFile } from '../../sense/series/readSeries.ts';
import { readSeriesFile } from '../node/readSeriesFile.ts';
import type { Invocation, Report } from './command.ts';

const HOUR_MS = 3_600_000;

export async function anomaliesCommand({ positionals, signal }: Invocation): Promise<Result<Report>> {
  const path = positionals[0] as string;
  const read = await readSeriesFile(path);
  if (!read.ok) return read;
  const points = pointsOf(read.value);
  if (!points)
    return failed('bad-file', 'never', `${path} holds many series; anomalies are looked for in one, with a time and a value in each row.`);
  const begun = performance.now();
  const detector = createDetector(path);
  const scores: number[] = [];
  const alerts: Anomaly[] = [];
  for (const { at, value } of points) {
    if (signal.aborted) return failed('cancelled', 'now', 'Stopped.');
    const { score, anomaly } = detector.update(at, value);
    scores.push(score);
    if (anomaly) alerts.push(anomaly);
  }
  const elapsedMs = performance.now() - begun;
  return ok({
    json: { scores, alerts, elapsedMs, rejected: read.value.rejected.length },
    lines: [
      `${points.length} rows, ${alerts.length} anomalies`,
      ...alerts.map((a) => `${new Date(a.at).toISOString()}  ${a.value}  score ${a.score.toFixed(2)}. ${a.because}`),
      ...read.value.rejected.map((line) => `! ${line}`),
    ],
  });
}

/** Values without times are taken to be hours. */
function pointsOf(file: SeriesFile): readonly Point[] | undefined {
  if (file.shape === 'points') return file.points;
  const [only, second] = file.rows;
  return only && !second ? Array.from(only.values, (value, i) => ({ at: i * HOUR_MS, value })) : undefined;
}
