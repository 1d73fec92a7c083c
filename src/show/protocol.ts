import { type AskedEdit, type EditPreview, PIN_RUNGS } from '../domain/index.ts';
import type { Workflow } from './workflow.ts';

export type { AskedEdit, EditPreview };

/** From the extension to the webview. The answer to `ready` carries the whole state; so does every change, which is small. */
export type ToWebview =
  | { readonly type: 'state'; readonly workflow: Workflow }
  | { readonly type: 'why'; readonly resource: string; readonly lines: readonly string[] }
  /** An edit waits for `confirm` or `cancel`, since it would start, stop or not do as one may think. */
  | { readonly type: 'preview'; readonly edit: AskedEdit; readonly preview: EditPreview }
  | { readonly type: 'edited'; readonly how: 'done' | 'undone' | 'redone'; readonly edit: AskedEdit }
  | { readonly type: 'nothing'; readonly to: 'undo' | 'redo' }
  | { readonly type: 'refused'; readonly message: string };

/** From the webview to the extension. `persona`: the one that is looked at; undefined: the one under way. */
export type FromWebview =
  | { readonly type: 'ready' | 'show'; readonly persona?: string }
  | { readonly type: 'warm' | 'cool' | 'why'; readonly resource: string }
  | { readonly type: 'edit'; readonly persona?: string; readonly edit: AskedEdit }
  | { readonly type: 'confirm' | 'cancel' | 'undo' | 'redo' };

type Fields = Readonly<Record<string, unknown>>;

/** What comes from a webview is foreign: only what is named here, of the right type and of a sensible length, gets through. */
export function parseFromWebview(raw: unknown): FromWebview | undefined {
  const { type, ...rest } = fields(raw);
  switch (type) {
    case 'ready':
    case 'show': {
      const persona = personaIn(rest);
      return persona && { type, ...persona };
    }
    case 'warm':
    case 'cool':
    case 'why':
      return isId(rest.resource) ? { type, resource: rest.resource } : undefined;
    case 'edit': {
      const [persona, edit] = [personaIn(rest), parseEdit(rest.edit)];
      return persona && edit && { type, ...persona, edit };
    }
    case 'confirm':
    case 'cancel':
    case 'undo':
    case 'redo':
      return { type };
    default:
      return undefined;
  }
}

function parseEdit(raw: unknown): AskedEdit | undefined {
  const { type, ...it } = fields(raw);
  const pin = it.pin === 'always' ? ({ pin: 'always' } as const) : {};
  switch (type) {
    case 'add':
      return isId(it.resource) ? { type, resource: it.resource, ...pin } : undefined;
    case 'add-image': {
      const { name, image, port, memoryBytes } = it;
      if (!isId(name) || !isId(image) || !isNumberOrNone(port) || !isNumberOrNone(memoryBytes)) return undefined;
      return { type, name, image, ...pin, ...(port === undefined ? {} : { port }), ...(memoryBytes === undefined ? {} : { memoryBytes }) };
    }
    case 'remove':
      return isId(it.resource) ? { type, resource: it.resource } : undefined;
    case 'connect':
      if (!isId(it.from) || !isId(it.to) || !isNumber(it.probability) || !isNumber(it.lagMs)) return undefined;
      return { type, from: it.from, to: it.to, probability: it.probability, lagMs: it.lagMs };
    case 'disconnect':
      return isId(it.from) && isId(it.to) ? { type, from: it.from, to: it.to } : undefined;
    case 'move':
      return isId(it.resource) && (it.after === undefined || isId(it.after)) ? { type, resource: it.resource, after: it.after } : undefined;
    case 'pin': {
      const rung = PIN_RUNGS.find((r) => r === it.rung);
      return isId(it.resource) && rung ? { type, resource: it.resource, rung } : undefined;
    }
    case 'require':
      return isId(it.resource) && isNumber(it.memoryBytes) ? { type, resource: it.resource, memoryBytes: it.memoryBytes } : undefined;
    default:
      return undefined;
  }
}

function personaIn({ persona }: Fields): { readonly persona?: string } | undefined {
  if (persona === undefined) return {};
  return isId(persona) ? { persona } : undefined;
}

/** Own properties only. */
const fields = (raw: unknown): Fields => (typeof raw === 'object' && raw !== null ? { ...raw } : {});
const isId = (value: unknown): value is string => typeof value === 'string' && value.length > 0 && value.length <= 500;
const isNumber = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0;
const isNumberOrNone = (value: unknown): value is number | undefined => value === undefined || isNumber(value);
