import { type ParseError, parse, printParseErrorCode } from 'jsonc-parser';
import type { Port, Resource } from '../../domain/index.ts';
import { memoryGuess } from './classify.ts';
import { isPort } from './composePorts.ts';
import { type Json, list, record, text } from './json.ts';
import { isTooDeep, TOO_DEEP } from './nesting.ts';
import { type Problem, problemAt } from './problem.ts';

export const isDevcontainerFile = (path: string): boolean =>
  /(^|\/)(\.devcontainer\/([^/]+\/)?devcontainer|\.devcontainer)\.json$/.test(path);

interface Input {
  readonly path: string;
  readonly text: string;
  readonly workspace: { readonly name: string; readonly folder: string };
}

interface Scanned {
  readonly resources: readonly Resource[];
  readonly problems: readonly Problem[];
}

/**
 * A dev container (containers.dev specification, JSON with comments). The image, Dockerfile and compose forms are one resource
 * each. Services that it shares a compose file with are not its dependencies: its own tool starts them, in a project of its own.
 */
export function scanDevcontainer({ path, text: source, workspace }: Input): Scanned {
  if (isTooDeep(source)) return only(problemAt(path, undefined, TOO_DEEP));
  const errors: ParseError[] = [];
  const json = record(parse(source, errors, { allowTrailingComma: true, disallowComments: false }) as Json | undefined);
  const [error] = errors;
  if (error) {
    const line = source.slice(0, error.offset).split('\n').length;
    const what = `it is not valid JSON with comments (${printParseErrorCode(error.error)})`;
    return only(problemAt(path, line, `${what}. This dev container is skipped until it is mended.`));
  }
  if (!json) return only(problemAt(path, 1, 'it is not an object, so no dev container is taken from it. See containers.dev for its form.'));
  const folder = path.replace(/(^|\/)\.devcontainer(\/.*|\.json)$/, '');
  const variant = path.match(/\.devcontainer\/([^/]+)\/devcontainer\.json$/)?.[1];
  const name = text(json.name)?.trim().replace(/\//g, '-') || (variant ?? folder.split('/').at(-1)) || workspace.name;
  const resource: Resource = {
    id: `devcontainer:${[workspace.name, folder, variant, name].filter((part, i, all) => part && part !== all[i + 1]).join('/')}`,
    name,
    kind: 'devcontainer',
    provider: 'devcontainer',
    declaredIn: path,
    ports: forwarded(json.forwardPorts ?? json.appPort),
    dependsOn: [],
    probe: { type: 'health', timeoutMs: 600_000 },
    memoryBytes: memoryGuess('devcontainer'),
    spec: {
      type: 'devcontainer',
      folder: [workspace.folder, folder].filter(Boolean).join('/'),
      configFile: `${workspace.folder}/${path}`,
    },
  };
  return { problems: [], resources: [resource] };
}

const only = (problem: Problem): Scanned => ({ resources: [], problems: [problem] });

/** Numbers, or `service:port` in the compose form. */
function forwarded(value: Json | undefined): readonly Port[] {
  const ports = list(value).map((v) => Number(String(v).split(':').at(-1)));
  return [...new Set(ports.filter(isPort))].map((container) => ({ container, protocol: 'tcp' }));
}
