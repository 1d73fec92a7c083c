import { describe, expect, it } from 'vitest';
import schema from '../../resources/schemas/activity.schema.json' with { type: 'json' };
import { parseActivity, SOURCES } from '../../src/domain/index.ts';

const required = { at: 1, actor: 'me', resource: 'x' };
const GOOD: Readonly<Record<string, unknown>> = {
  ...required,
  workspace: 'w',
  source: 'editor',
  kind: 'file.opened',
  durationMs: 1.5,
  bytes: 2,
  ok: true,
  firstByteMs: 0.5,
  session: 's',
  confidence: 'low',
};

describe('the schema of activities says what parseActivity reads', () => {
  it('names the same fields', () => {
    expect(Object.keys(schema.properties).sort()).toEqual(Object.keys(GOOD).sort());
    expect(parseActivity({ ...GOOD, more: 1 })).toEqual({ activity: GOOD });
  });

  it.each(schema.required)('needs “%s”', (name) => {
    const { [name]: _, ...rest } = GOOD;
    expect(parseActivity(rest)).toHaveProperty('problem');
  });

  it('knows the same sources', () => expect(schema.properties.source.enum).toEqual(SOURCES));

  it.each(schema.properties.resource.examples)('reads the resource %s', (resource) =>
    expect(parseActivity({ ...required, resource })).toHaveProperty('activity'),
  );
});
