import type { Context } from '../../provider.ts';

/** What the tool filled in is taken back to the variable's name, before anything is made or kept of it. */
export function withoutSecrets<T>(resolved: T, { secrets = {} }: Context): T {
  const bySize = Object.entries(secrets).sort(([, a], [, b]) => b.length - a.length);
  return inText(resolved, (text) => bySize.reduce((rest, [name, value]) => rest.replaceAll(value, () => `\${${name}}`), text));
}

/** And back, where no tool will fill it in again. */
export function withSecrets<T>(kept: T, { secrets = {} }: Context): T {
  return inText(kept, (text) => text.replace(/\$\{(\w+)\}/g, (whole, name: string) => secrets[name] ?? whole));
}

function inText<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item: unknown) => inText(item, change)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, inText(item as unknown, change)])) as T;
}
