import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ROOT } from '../harness/workspace.mjs';
import { manifest, textOf } from './manifest.ts';

describe('where it runs (ARCHITECTURE, “Where it runs”)', () => {
  it('is the workspace’s machine, and nowhere else', () => {
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.main).toBe('./dist/extension.cjs');
    expect(manifest.browser).toBeUndefined();
    expect(manifest.capabilities).toMatchObject({ virtualWorkspaces: false, untrustedWorkspaces: { supported: 'limited' } });
    for (const place of ['Remote-SSH', 'WSL', 'dev container', 'Codespaces', 'vscode.dev'])
      expect(textOf('ARCHITECTURE.md')).toMatch(new RegExp(`^\\| ${place}`, 'm'));
  });
});

describe('what the marketplaces show', () => {
  it('has a publisher, a licence with its text, and addresses of one repository', () => {
    const repository = 'https://github.com/prewarm/prewarm';
    expect(manifest).toMatchObject({
      publisher: 'prewarm',
      license: 'MIT',
      repository: { url: `${repository}.git` },
      homepage: `${repository}#readme`,
      bugs: { url: `${repository}/issues` },
      qna: `${repository}/discussions`,
      pricing: 'Free',
    });
    expect(textOf('LICENSE')).toMatch(/^MIT License/);
    for (const page of ['SUPPORT.md', 'SECURITY.md', 'CHANGELOG.md']) expect(textOf(page).length).toBeGreaterThan(300);
  });

  it('is in categories that there are, with at most thirty keywords', () => {
    const known = ['Programming Languages', 'Snippets', 'Linters', 'Debuggers', 'Formatters', 'SCM Providers', 'Other', 'Data Science'];
    known.push('Machine Learning', 'Visualization', 'Notebooks', 'Education', 'Testing', 'AI', 'Chat');
    for (const category of manifest.categories as string[]) expect(known).toContain(category);
    expect((manifest.keywords as string[]).length).toBeLessThanOrEqual(30);
  });

  it('has an icon of 256 pixels on a banner of its own colour', () => {
    const { width, height, data } = PNG.sync.read(readFileSync(join(ROOT, manifest.icon as string)));
    expect([width, height]).toEqual([256, 256]);
    const middleOfTop = (4 * width * 4 + 4 * (width / 2)) as number;
    const colour = `#${[...data.subarray(middleOfTop, middleOfTop + 3)].map((v) => v.toString(16).padStart(2, '0')).join('')}`;
    expect(manifest.galleryBanner).toEqual({ color: colour, theme: 'dark' });
  });

  it('the changelog has the version that is packaged', () => {
    expect(textOf('CHANGELOG.md')).toMatch(new RegExp(`^## ${manifest.version}\\b`, 'm'));
  });

  it('the README’s pictures are there, none an SVG, and each has words for those who cannot see it', () => {
    const pictures = [...textOf('README.md').matchAll(/!\[([^\]]*)\]\(([^)]+)\)|<img[^>]*>/g)];
    expect(pictures.length).toBeGreaterThan(0);
    for (const [whole, alt = '', path = ''] of pictures) {
      expect(path, whole).toMatch(/^resources\/readme\/[\w-]+\.(png|gif)$/);
      expect(existsSync(join(ROOT, path)), path).toBe(true);
      expect(alt.length, whole).toBeGreaterThan(10);
    }
  });

  it('every picture is shown or linked by a page, and every one that is linked is there', () => {
    const linked = ['README.md', 'BENCHMARKS.md'].flatMap((page) =>
      [...textOf(page).matchAll(/\((resources\/readme\/[^)]+)\)/g)].map((m) => m[1]),
    );
    const there = readdirSync(join(ROOT, 'resources', 'readme')).map((name) => `resources/readme/${name}`);
    expect([...new Set(linked)].sort()).toEqual(there.sort());
  });

  it('Open VSX’s own check of manifest and licence passes', async () => {
    const { isLicenseOk } = createRequire(import.meta.url)('ovsx/lib/check-license') as { isLicenseOk(folder: string): Promise<boolean> };
    expect(await isLicenseOk(ROOT)).toBe(true);
  });
});

describe('the workflows', () => {
  interface Job {
    readonly permissions?: Readonly<Record<string, string>>;
    readonly environment?: unknown;
    readonly needs?: string | readonly string[];
    readonly steps: readonly { readonly uses?: string; readonly run?: string; readonly env?: Readonly<Record<string, string>> }[];
  }
  const read = (name: string) =>
    parse(textOf(`.github/workflows/${name}`)) as {
      permissions: Readonly<Record<string, string>>;
      jobs: Readonly<Record<string, Job>>;
      on: unknown;
    };
  const scripts = Object.keys(manifest.scripts as object);

  it.each(['ci.yml', 'release.yml'])('%s: few rights, scripts that exist, actions by version', (name) => {
    const { permissions, jobs } = read(name);
    expect(permissions).toEqual({ contents: 'read' });
    const steps = Object.values(jobs).flatMap((job) => job.steps);
    for (const { uses, run = '' } of steps) {
      if (uses) expect(uses).toMatch(/^actions\/[\w-]+@(v\d+|[0-9a-f]{40})$/);
      for (const [, script] of run.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toContain(script);
      expect(run, 'what others wrote must not become a command').not.toMatch(/\$\{\{\s*github\.(event|head_ref|ref_name)/);
    }
  });

  it('a release tests, packages once, and publishes that very package to both', () => {
    const { jobs } = read('release.yml');
    const running = (command: RegExp): readonly string[] =>
      Object.entries(jobs).flatMap(([name, job]) => (job.steps.some((s) => command.test(s.run ?? '')) ? [name] : []));
    expect(running(/npm run package/)).toEqual(['package']);
    const publishing = [...running(/vsce publish --packagePath/), ...running(/ovsx publish/)];
    expect(publishing).toEqual(['marketplace', 'open-vsx']);
    for (const name of publishing) {
      const job = jobs[name] as Job;
      expect(job.needs).toBe('package');
      expect(job.environment).toBeTruthy();
      expect(job.permissions).toEqual({ contents: 'read', attestations: 'read' });
      expect(job.steps.some((s) => /gh attestation verify/.test(s.run ?? ''))).toBe(true);
    }
    const secrets = Object.entries(jobs).flatMap(([name, job]) =>
      job.steps.flatMap((s) =>
        Object.values(s.env ?? {}).flatMap((v) => (/secrets\.(\w+)/.exec(v) ?? []).slice(1).map((secret) => [name, secret])),
      ),
    );
    expect(secrets).toEqual([
      ['marketplace', 'VSCE_PAT'],
      ['open-vsx', 'OVSX_PAT'],
    ]);
  });
});
