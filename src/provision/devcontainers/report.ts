import { type Fault, failed, type Resource } from '../../domain/index.ts';

/** The last line that the tool prints. */
export interface Outcome {
  readonly outcome: 'success' | 'error';
  readonly containerId?: string;
  readonly imageName?: string | readonly string[];
  readonly message?: string;
  readonly description?: string;
}

/** The tool's log (`--log-format json`) is one object a line; its outcome is one too, but has no `type`. */
type Line = {
  readonly type: string;
  readonly text?: string;
  readonly level?: number;
  readonly name?: string;
  readonly stepDetail?: string;
};

/** What a line says to somebody who waits; most say nothing. */
export function progressOf(source: string): string | undefined {
  const line = parsed(source);
  if (!line || !('type' in line)) return undefined;
  if (line.type === 'progress') return [line.name, line.stepDetail].filter(Boolean).join(' ');
  const text = plain(line.text ?? '').trim();
  if (line.type === 'start') return /^(Starting container|Removing Existing Container)/i.test(text) ? text : undefined;
  return line.type === 'raw' && text ? text.split('\n').at(-1)?.trim().slice(0, 200) : undefined;
}

export function outcomeOf(log: string): Outcome | undefined {
  for (const source of log.trimEnd().split('\n').reverse()) {
    const line = parsed(source);
    if (line && 'outcome' in line) return line;
  }
  return undefined;
}

/** One message that says what failed, and with which of its last lines. */
export function faultOf(resource: Resource, log: string, outcome: Outcome | undefined): Fault {
  const lines = outputOf(log);
  const text = `${outcome?.message ?? ''}\n${lines.join('\n')}`;
  const last = lines.slice(-3).join(' / ').slice(-400);
  const detail = lines.slice(-40).join('\n').slice(-4000);
  const because = last ? `: ${last}` : '';
  if (/Cannot connect to the Docker daemon|error during connect/i.test(text))
    return failed(
      'engine-unreachable',
      'later',
      'Docker cannot be reached. Start Docker, or set `prewarm.docker.host` if it listens elsewhere.',
      detail,
    ).fault;
  const hook = outcome?.description?.match(/^(?:The )?(.+?)(?: from (.+?)| in the devcontainer\.json)? failed\.$/);
  if (hook?.[1] && /Command\b/.test(hook[1]))
    return failed(
      'start-failed',
      'later',
      `${resource.id}: its ${hook[1]}${hook[2] ? ` (${hook[2]})` : ''} failed${because}. Correct it in ${resource.declaredIn}.`,
      detail,
    ).fault;
  const image = missingImage(text);
  if (image)
    return failed(
      'image-missing',
      'never',
      `${resource.id}: the image ${image} could not be had. Check the image name in ${resource.declaredIn}, or the network.`,
      detail,
    ).fault;
  if (/building/i.test(outcome?.description ?? ''))
    return failed(
      'start-failed',
      'later',
      `${resource.id}: its image could not be built${because}. Correct what ${resource.declaredIn} builds.`,
      detail,
    ).fault;
  const said = outcome?.description ?? outcome?.message ?? 'the dev container command line ended without an answer';
  return failed(
    'start-failed',
    'later',
    `${resource.id} could not be made: ${said.replace(/\.$/, '')}${because}. See ${resource.declaredIn}.`,
    detail,
  ).fault;
}

function missingImage(text: string): string | undefined {
  const refused = /pull access denied|manifest unknown|repository does not exist|No such image|failed to resolve|connection refused/i.test(
    text,
  );
  return refused ? text.match(/(?:docker pull|inspect --type image|pull access denied for|No such image:) ([^\s,]+)/i)?.[1] : undefined;
}

/** What programs printed, without the tool's own bookkeeping and without the stack of its exceptions. */
function outputOf(log: string): readonly string[] {
  const texts = log.split('\n').flatMap((source) => {
    const line = parsed(source);
    if (!line || !('type' in line) || (line.type !== 'raw' && !(line.type === 'text' && (line.level ?? 0) >= 3))) return [];
    return plain(line.text ?? '').split('\n');
  });
  return texts.map((t) => t.trim()).filter((t) => t && !/^(Running the |@devcontainers\/cli |Container started)/.test(t));
}

function parsed(source: string): Line | Outcome | undefined {
  if (!source.startsWith('{')) return undefined;
  try {
    return JSON.parse(source) as Line | Outcome;
  } catch {
    return undefined;
  }
}

/** Without colours and cursor movements. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const plain = (text: string): string => text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/\r\n?/g, '\n');
