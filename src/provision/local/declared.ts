import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { type Declared, imageName } from './servers.ts';

/** The command and environment that were declared. Only a compose file's command must be read anew: the scan keeps none. */
export async function declaredOf({ spec, declaredIn }: Resource): Promise<Result<Declared>> {
  if (spec.type !== 'docker' && spec.type !== 'compose') return failed('unsupported', 'never', 'it is no container');
  const { environment } = spec;
  const image = imageName(spec.image ?? '');
  if (spec.type === 'docker') return ok({ image, command: spec.command ?? [], environment });
  const text = await readFile(spec.file, 'utf8').catch(() => undefined);
  if (text === undefined) return failed('bad-file', 'never', `${declaredIn} cannot be read`);
  let service:
    | { readonly command?: unknown; readonly entrypoint?: unknown; readonly configs?: unknown; readonly extends?: unknown }
    | undefined;
  try {
    service = (parse(text) as { services?: Record<string, typeof service> } | undefined)?.services?.[spec.service];
  } catch {
    return failed('bad-file', 'never', `${declaredIn} is no YAML`);
  }
  for (const key of ['entrypoint', 'configs', 'extends'] as const)
    if (service?.[key] !== undefined)
      return failed('unsupported', 'never', `it has “${key}” in ${declaredIn}, which only Docker can follow`);
  const command = wordsOf(service?.command);
  if (command.some((word) => word.replaceAll('$$', '').includes('$')))
    return failed('unsupported', 'never', `its command in ${declaredIn} holds a variable, which only Docker Compose fills in`);
  return ok({ image, command: command.map((word) => word.replaceAll('$$', '$')), environment });
}

/** A list, or one line that is split as a shell would. */
export function wordsOf(command: unknown): readonly string[] {
  if (Array.isArray(command)) return command.map(String);
  if (typeof command !== 'string') return [];
  return [...command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'));
}
