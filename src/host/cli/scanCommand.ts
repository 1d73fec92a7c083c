import { stat } from 'node:fs/promises';
import { failed, ok, type Resource, type Result } from '../../domain/index.ts';
import { scan } from '../../sense/scan/scan.ts';
import { readWorkspace } from '../node/workspaceFiles.ts';
import { workspaceOf } from '../node/workspaceIdentity.ts';
import type { Invocation, Report } from './command.ts';

export async function scanCommand({ positionals, signal, terminal }: Invocation): Promise<Result<Report>> {
  const folder = positionals[0] ?? '.';
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) return failed('not-found', 'never', `${folder} is not a folder.`);
  const workspace = workspaceOf(folder);
  const { files, problems } = await readWorkspace(workspace.folder, signal);
  const result = scan(workspace, files);
  const all = [...problems, ...result.problems];
  return ok({
    json: { resources: result.resources.map(row), problems: all },
    lines: [
      ...result.resources.map(
        (r) =>
          `${terminal.paint.bold(r.id)}  ${r.kind}, ${r.provider}, ports ${r.ports.map((p) => p.host ?? p.container).join(' ') || 'none'}, in ${r.declaredIn}`,
      ),
      ...(result.resources.length === 0 ? ['No resources are declared here: no compose file, dev container or SQL file was found.'] : []),
      ...all.map((p) => terminal.paint.yellow(`! ${p.message}`)),
    ],
  });
}

function row({ id, kind, provider, declaredIn, ports, dependsOn }: Resource) {
  return { id, kind, provider, declaredIn, ports, dependsOn };
}
