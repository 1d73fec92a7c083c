import { checkSetting, type Problem } from './checkSetting.ts';
import { SETTINGS, type SettingKey, type Settings, settingsOf, type Values } from './settings.ts';

/** A value that can't be used, and what is used instead. */
export interface BadSetting {
  readonly key: SettingKey;
  readonly raw: unknown;
  readonly problem: Problem;
  readonly used: unknown;
}

const KEYS = Object.keys(SETTINGS) as readonly SettingKey[];

/** Reads all settings, checked by the one table. A bad value is as if it were not there, and is told of once. */
export function createCheckedSettings(get: (key: SettingKey) => unknown, tell: (bad: BadSetting) => void): () => Settings {
  const told = new Set<string>();
  return () => {
    const values = KEYS.map((key) => {
      const raw = get(key);
      const { value, problem } = checkSetting(SETTINGS[key].rule, raw);
      const said = `${key} ${JSON.stringify(raw)}`;
      if (problem && !told.has(said)) {
        told.add(said);
        tell({ key, raw, problem, used: value });
      }
      return [key, value];
    });
    return settingsOf(Object.fromEntries(values) as Values);
  };
}
