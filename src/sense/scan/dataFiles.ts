import type { Resource } from '../../domain/index.ts';
import { memoryGuess } from './classify.ts';

interface Workspace {
  readonly name: string;
  readonly folder: string;
}

/** Files with data that lie about or seed a service: shown as what a database is made from, never warmed by themselves. */
export function looseData(files: readonly { readonly path: string }[], resources: readonly Resource[], at: Workspace): readonly Resource[] {
  const seeds = new Set(resources.flatMap((r) => (r.spec.type === 'compose' ? r.spec.seedFiles : [])));
  const wanted = files.filter((f) => isSql(f.path) && (!isMigration(f.path) || seeds.has(`${at.folder}/${f.path}`)));
  const all = wanted.map((f) => dataFile(f.path, at));
  return [...new Map(all.map((d) => [d.id, d])).values()];
}

const isSql = (path: string): boolean => /\.(sql|dump)(\.gz)?$/.test(path);
/** Steps of a schema's history, as Flyway, Prisma, Rails and others keep them: hundreds of files, none of them data to seed with. */
const isMigration = (path: string): boolean =>
  /(^|\/)(migrations?|migrate|versions)\/|(^|\/)[VUR]\d[\w.]*__[^/]*$|\.(up|down)\.sql$/i.test(path);

function dataFile(path: string, { name, folder }: Workspace): Resource {
  const stem = path.replace(/\.(sql|dump)(\.gz)?$/, '');
  return {
    id: `dataset:${name}/${stem}`,
    name: stem,
    kind: 'dataset',
    provider: 'process',
    declaredIn: path,
    ports: [],
    dependsOn: [],
    probe: { type: 'command', command: [], timeoutMs: 0 },
    memoryBytes: memoryGuess('dataset'),
    spec: { type: 'data-file', file: `${folder}/${path}` },
  };
}
