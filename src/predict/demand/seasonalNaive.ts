import type { ForecastMethod } from './method.ts';

/** The last season once more; without a season, the last value. The yardstick of every other method. `which`: 0 the shortest season. */
export function seasonalNaive(which: number): ForecastMethod {
  return {
    name: which === 0 ? 'seasonal naive' : 'seasonal naive, longer season',
    forecast(past, horizon, seasons) {
      const season = seasons[which] ?? (which === 0 ? 1 : undefined);
      if (season === undefined || past.length < season) return undefined;
      return Float64Array.from({ length: horizon }, (_, h) => past[past.length - season + (h % season)] as number);
    },
  };
}
