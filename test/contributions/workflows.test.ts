import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../harness/workspace.mjs';

interface Job {
  readonly steps: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[];
  readonly 'timeout-minutes'?: number;
}

const FOLDER = join(ROOT, '.github', 'workflows');

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const jobs = Object.entries((parse(text) as { readonly jobs: Readonly<Record<string, Job>> }).jobs);

  it('never runs with our rights on what a stranger proposes', () => expect(text).not.toMatch(/write-all|pull_request_target/));

  it('ends by itself', () => {
    for (const [name, job] of jobs) expect(job['timeout-minutes'], name).toBeGreaterThan(0);
  });

  it('leaves no token in a checkout', () => {
    for (const { uses, with: given } of jobs.flatMap(([, job]) => job.steps))
      if (uses?.startsWith('actions/checkout@')) expect(given).toMatchObject({ 'persist-credentials': false });
  });
});
