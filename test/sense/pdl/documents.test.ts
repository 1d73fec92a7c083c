import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import schema from '../../../resources/schemas/persona.schema.json' with { type: 'json' };
import { fromDocument } from '../../../src/app/personaDocument.ts';
import { PERSONA_FILE } from '../../../src/host/node/personaFile.ts';
import { checkPersonas } from '../../../src/sense/pdl/check.ts';
import { PERSONA_DOCUMENT } from '../../../src/sense/pdl/shape.ts';
import { manifest } from '../../contributions/manifest.ts';
import { ROOT } from '../../harness/workspace.mjs';

const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);

/** Every block of JSON in a page that is a persona document. */
const examples = readdirSync(ROOT)
  .filter((name) => name.endsWith('.md'))
  .flatMap((name) =>
    [...readFileSync(join(ROOT, name), 'utf8').matchAll(/^```jsonc?\n([\s\S]*?)^```/gm)]
      .map(([, text]) => text as string)
      .filter((text) => text.includes('"personas"'))
      .map((text, i) => [`${name}, ${i + 1}`, text] as const),
  );

describe('the editor', () => {
  it('completes the workspace’s own document, and lets comments stand in it', () => {
    const { languages, jsonValidation } = manifest.contributes as unknown as {
      languages: readonly { id: string; filenamePatterns: readonly string[] }[];
      jsonValidation: readonly { fileMatch: string; url: string }[];
    };
    expect(jsonValidation).toContainEqual({ fileMatch: PERSONA_FILE, url: './resources/schemas/persona.schema.json' });
    expect(languages).toContainEqual({ id: 'jsonc', filenamePatterns: [`**/${PERSONA_FILE}`] });
  });
});

describe('the examples of persona documents in the pages', () => {
  it('are there', () => expect(examples.length).toBeGreaterThanOrEqual(2));

  it.each(examples)('%s is right', (_, text) => {
    const { findings, document } = checkPersonas(text);
    expect(findings).toEqual([]);
    expect(validate(document), JSON.stringify(validate.errors)).toBe(true);
    expect(fromDocument(document, 'x').ok).toBe(true);
  });

  it('the page names every field of a persona that people write', () => {
    const page = readFileSync(join(ROOT, 'PERSONAS.md'), 'utf8');
    const list = PERSONA_DOCUMENT.is === 'object' ? PERSONA_DOCUMENT.fields.personas : undefined;
    const persona = list?.is === 'list' && list.of.is === 'object' ? Object.keys(list.of.fields) : [];
    const byLearning = ['updated_at', 'attributes', 'provisioning_order', 'recurrence'];
    expect(persona.length).toBeGreaterThan(10);
    for (const field of persona.filter((f) => !byLearning.includes(f))) expect(page).toContain(`\`${field}\``);
  });
});
