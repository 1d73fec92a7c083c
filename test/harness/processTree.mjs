import { must } from './run.mjs';

/**
 * The processes below `root` whose command line matches, by id. A kill by name would also hit the editors that the
 * developer has open.
 */
export async function descendants(root, pattern) {
  const rows = (await must('ps', ['-A', '-o', 'pid=,ppid=,args='])).split('\n').flatMap((line) => {
    const [, pid, parent, args] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return pid ? [{ pid: Number(pid), parent: Number(parent), args }] : [];
  });
  const below = new Set([root]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const row of rows) if (below.has(row.parent)) below.add(row.pid);
  }
  return rows.filter((row) => row.pid !== root && below.has(row.pid) && pattern.test(row.args)).map((row) => row.pid);
}
