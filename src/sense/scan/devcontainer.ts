import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { Port, Resource } from '../../domain/index.ts';
import { memoryGuess } from './classify.ts';
import { type Problem, problemAt } from './problem.ts';

export const isDevcontainerFile = (path: string): boolean =>
  /(^|\/)(\.devcontainer\/([^/]+\/)?devcontainer|\.devcontainer)\.json$/.test(path);

interface Input {
  readonly path: string;
  readonly text: string;
  readonly workspace: { readonly name: string; readonly folder: string };
}

/** A dev container (containers.dev specification, JSON with comments). Image, Dockerfile and compose forms are one resource each. */
export function scanDevcontainer({ path, text, workspace }: Input): {
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
} {
  const errors: ParseError[] = [];
  const json = parse(text, errors, { allowTrailingComma: true, disallowComments: false }) as Record<string, unknown> | undefined;
  const error = errors[0];
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    return {
      resources: [],
      problems: [
        problemAt(
          path,
          line,
          `it is not valid JSON with comments (${printParseErrorCode(error.error)}). This dev container is skipped until it is mended.`,
        ),
      ],
    };
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return {
      resources: [],
      problems: [problemAt(path, 1, 'it is not an object, so no dev container is taken from it. See containers.dev for its form.')],
    };
  }
  const folder = path.replace(/(^|\/)\.devcontainer(\/.*|\.json)$/, '');
  const name =
    typeof json.name === 'string' && json.name.trim() ? json.name.trim().replace(/\//g, '-') : nameFrom(path, folder, workspace.name);
  const variant = path.match(/\.devcontainer\/([^/]+)\/devcontainer\.json$/)?.[1];
  const id = `devcontainer:${[workspace.name, folder, variant, name].filter((part, i, all) => part && part !== all[i + 1]).join('/')}`;
  return {
    problems: [],
    resources: [
      {
        id,
        name,
        kind: 'devcontainer',
        provider: 'devcontainer',
        declaredIn: path,
        ports: forwarded(json.forwardPorts),
        dependsOn: [],
        probe: { type: 'health', timeoutMs: 600_000 },
        memoryBytes: memoryGuess('devcontainer'),
        spec: {
          type: 'devcontainer',
          folder: [workspace.folder, folder].filter(Boolean).join('/'),
          configFile: `${workspace.folder}/${path}`,
        },
      },
    ],
  };
}

function nameFrom(path: string, folder: string, workspace: string): string {
  return path.match(/\.devcontainer\/([^/]+)\/devcontainer\.json$/)?.[1] ?? folder.split('/').at(-1) ?? workspace;
}

/** Numbers, or `service:port` in the compose form. */
function forwarded(value: unknown): readonly Port[] {
  if (!Array.isArray(value)) return [];
  return value
    .map((v) => Number(String(v).split(':').at(-1)))
    .filter((n) => Number.isInteger(n) && n > 0 && n < 65_536)
    .map((container) => ({ container, protocol: 'tcp' as const }));
}
