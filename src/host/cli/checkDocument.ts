import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { failed, ok, type Result } from '../../domain/index.ts';
import { checkPersonas } from '../../sense/pdl/check.ts';
import type { Finding } from '../../sense/pdl/finding.ts';
import { PERSONA_FILE } from '../node/personaFile.ts';
import type { Invocation, Report } from './command.ts';

/** `prewarm personas check [file]`: fails where the document has an error. It needs nothing but the file. */
export async function checkDocument([given]: readonly string[], { options }: Invocation): Promise<Result<Report>> {
  const folder = typeof options.workspace === 'string' ? options.workspace : '.';
  const file = given ?? join(folder, PERSONA_FILE);
  const text = await readText(file);
  if (!text.ok) return text;
  const { findings } = checkPersonas(text.value);
  const errors = findings.filter((f) => f.severity === 'error').length;
  const lines = findings.map((f) => line(file, f));
  const report: Report = {
    json: {
      file,
      errors,
      warnings: findings.length - errors,
      findings: findings.map(({ fixes, ...f }) => ({ ...f, fixes: fixes.map((fix) => ({ title: fix.title, edits: fix.edits() })) })),
    },
    lines: lines.length > 0 ? lines : [`${file}: nothing is wrong with it`],
  };
  if (errors === 0) return ok(report);
  const message = `${file} has ${errors === 1 ? 'an error' : `${errors} errors`}. Mend what stands above.`;
  return ok({ ...report, faults: [{ code: 'bad-file', retry: 'never', message }] });
}

const line = (file: string, { line, column, severity, message, fixes: [fix] }: Finding): string =>
  `${file}:${line}:${column}: ${severity}: ${message}${fix ? ` [${fix.title}]` : ''}`;

export async function readText(file: string): Promise<Result<string>> {
  try {
    return ok(await readFile(file, 'utf8'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return failed('not-found', 'never', `${file} could not be read (${code}). Name a persona document.`);
  }
}
