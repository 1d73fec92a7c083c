import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/domain/index.ts';
import type { Context } from '../../../src/provision/provider.ts';
import { mountOf } from '../../../src/provision/providers/compose/resolved.ts';
import { sourceDigest } from '../../../src/provision/providers/compose/sourceDigest.ts';
import { dataOf } from '../../../src/provision/snapshots/data.ts';
import { type DeclaredMount, type Template, withData } from '../../../src/provision/snapshots/design.ts';

const folder = mkdtempSync(join(tmpdir(), 'prewarm-design-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('data in a template', () => {
  it('take the place of whatever is at these paths, and of nothing else', () => {
    const template: Template = {
      Labels: {},
      Volumes: { '/data': {}, '/other': {} },
      HostConfig: {
        Binds: ['/home/me/init:/init:ro', 'named:/data:rw', 'C:\\x:/data'],
        Tmpfs: { '/data': '' },
        Mounts: [
          { Type: 'volume', Source: 'v', Target: '/data/' },
          { Type: 'volume', Source: 'w', Target: '/w' },
        ],
      },
    };
    const { HostConfig, Volumes } = withData(template, ['/data'], [{ volume: 'ours', path: '/data' }]);
    expect(Volumes).toEqual({ '/other': {} });
    expect(HostConfig.Binds).toEqual(['/home/me/init:/init:ro']);
    expect(HostConfig.Tmpfs).toEqual({});
    expect(HostConfig.Mounts?.map((m) => [m.Source, m.Target])).toEqual([
      ['w', '/w'],
      ['ours', '/data'],
    ]);
  });
});

describe('mounts of version 1 of the tool', () => {
  it.each([
    ['/a/init:/docker-entrypoint-initdb.d:ro', { type: 'bind', source: '/a/init', target: '/docker-entrypoint-initdb.d', access: 'read' }],
    [
      'C:\\a\\init:/docker-entrypoint-initdb.d',
      { type: 'bind', source: 'C:\\a\\init', target: '/docker-entrypoint-initdb.d', access: 'write' },
    ],
    ['data:/var/lib/mysql:rw', { type: 'volume', source: 'data', target: '/var/lib/mysql', access: 'write' }],
    ['/var/lib/mysql', { type: 'volume', target: '/var/lib/mysql', access: 'write' }],
  ])('%s', (text, mount) => expect(mountOf(text)).toEqual(mount));
});

describe('the key of a snapshot', () => {
  const db = {
    id: 'compose:shop/db',
    name: 'db',
    kind: 'database',
    ports: [{ container: 5432, protocol: 'tcp' }],
    spec: { type: 'compose' },
  } as unknown as Resource;
  const image = { Id: 'sha256:1', Config: { Volumes: { '/data': {} } } } as never;
  const context = { storage: join(folder, 'storage') } as Context;
  const seeds: DeclaredMount = {
    type: 'bind',
    source: join(folder, 'init.sql'),
    target: '/docker-entrypoint-initdb.d/init.sql',
    access: 'read',
  };
  const look = async (more: object = {}, resource = db, own = image) => {
    const data = await dataOf(resource, { environment: { A: '1' }, mounts: [seeds], network: 'own', ...more }, own, [], context);
    return data.ok ? data.value : undefined;
  };

  it('changes with what is in the seeds, the image, the environment; the base does not with the seeds', async () => {
    writeFileSync(join(folder, 'init.sql'), 'select 1');
    const first = await look();
    expect(await look()).toEqual(first);
    writeFileSync(join(folder, 'init.sql'), 'select 2');
    utimesSync(join(folder, 'init.sql'), 1, 1);
    const second = await look();
    expect(second?.key).not.toBe(first?.key);
    expect(second?.base).toBe(first?.base);
    expect((await look({ environment: { A: '2' } }))?.base).not.toBe(first?.base);
    expect((await look({}, db, { Id: 'sha256:2', Config: { Volumes: { '/data': {} } } } as never))?.base).not.toBe(first?.base);
  });

  it('there is none where the developer mounts the data, above or below; a variant has its own', async () => {
    for (const target of ['/data', '/data/pg', '/'.concat('data/')])
      expect(await look({ mounts: [seeds, { type: 'volume', source: 'v', target, access: 'write' }] })).toBeUndefined();
    const mounts: readonly DeclaredMount[] = [seeds, { type: 'volume', source: 'v', target: '/data', access: 'write' }];
    expect((await look({ mounts }, { ...db, variant: 'branch:x' }))?.paths).toEqual(['/data']);
    expect(await look({ network: 'shared' })).toBeUndefined();
    expect(await look({ mounts: [] }, { ...db, kind: 'cache' })).toBeUndefined();
  });
});

describe('the digest of compose sources', () => {
  it('changes with included, extended and variable files and with the variables that they name, and with nothing else', async () => {
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    write(
      'compose.yaml',
      'include: [more.yaml]\nservices: { db: { image: "pg:${TAG}", env_file: db.env, extends: { file: base.yml, service: x } } }',
    );
    write('more.yaml', 'services: { a: { image: b } }');
    const of = (variables: Record<string, string> = { TAG: '1' }) => sourceDigest([join(folder, 'compose.yaml')], '2', variables);
    const seen = [await of()];
    expect(await of({ TAG: '1', OTHER: 'x' })).toBe(seen[0]);
    seen.push(await of({ TAG: '2' }));
    for (const [name, text] of [
      ['more.yaml', 'services: { a: { image: c } }'],
      ['db.env', 'A=1'],
      ['base.yml', 'services: { x: { image: d } }'],
      ['.env', 'B=2'],
    ] as const) {
      write(name, text);
      seen.push(await of());
    }
    expect(new Set(seen).size).toBe(seen.length);
  });
});
