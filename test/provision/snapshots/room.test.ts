import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../src/domain/index.ts';
import { parseDf, roomProblem } from '../../../src/provision/snapshots/room.ts';
import { seedFault } from '../../../src/provision/snapshots/seeding.ts';

const db = { id: 'compose:shop/db' } as Resource;
const MB = 2 ** 20;

describe('room for a snapshot', () => {
  it.each([
    [
      'GNU',
      'Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda         263174212 17000000  78000000      18% /data\n',
    ],
    [
      'busybox, framed by the engine',
      '\u0001\u0000\u0000\u0000\u0000\u0000\u0000\u0080Filesystem 1024-blocks Used Available Capacity Mounted on\noverlay              263174212  17000000  78000000  18% /data\n',
    ],
    [
      'a long device name',
      'Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/mapper/a-b  263174212 17000000 78000000 18% /x y\n',
    ],
  ])('reads df of %s', (_, text) => expect(parseDf(text)).toEqual({ totalBytes: 263174212 * 1024, freeBytes: 78000000 * 1024 }));

  it('what is no answer of df is none', () => expect(parseDf('df: not found')).toBeUndefined());

  it('a twentieth of the disk is left alone, 1 GiB at most', () => {
    const left = { leftBytes: 1e12, usedBytes: 0 };
    expect(roomProblem(db, { totalBytes: 1000 * MB, freeBytes: 49 * MB }, left)?.fault.message).toMatch(/49 MB of 1000 MB left/);
    expect(roomProblem(db, { totalBytes: 1000 * MB, freeBytes: 51 * MB }, left)).toBeUndefined();
    expect(roomProblem(db, { totalBytes: 1e6 * MB, freeBytes: 1025 * MB }, left)).toBeUndefined();
    expect(roomProblem(db, undefined, left)).toBeUndefined();
  });

  it('what this bake took so far counts against the budget', () => {
    const space = { totalBytes: 1e6 * MB, freeBytes: 5e5 * MB };
    expect(roomProblem(db, space, { leftBytes: 10, usedBytes: 11 })?.fault).toMatchObject({ code: 'storage-failed', retry: 'never' });
  });
});

describe('why seeding failed', () => {
  it.each([
    [
      'psql',
      'running /docker-entrypoint-initdb.d/01.sql\n\nrunning /docker-entrypoint-initdb.d/02-seed.sql\npsql:/docker-entrypoint-initdb.d/02-seed.sql:3: ERROR:  relation "x" does not exist',
      /in 02-seed\.sql \(exit code 3\): psql:.*ERROR: {2}relation "x" does not exist/,
    ],
    [
      'a shell script',
      '/usr/local/bin/docker-entrypoint.sh: sourcing /docker-entrypoint-initdb.d/a.sh\nnope: command not found',
      /in a\.sh \(exit code 3\): nope: command not found/,
    ],
    [
      'MySQL',
      "[Note] [Entrypoint]: /usr/local/bin/docker-entrypoint.sh: running /docker-entrypoint-initdb.d/s.sql\nERROR 1146 (42S02) at line 1: Table shop.x doesn't exist",
      /in s\.sql .*ERROR 1146/,
    ],
    ['nothing', '', /seeding it failed \(exit code 3\)\.$/],
  ])('%s', (_, log, message) => expect(seedFault(db, 3, log)).toMatch(message));
});
