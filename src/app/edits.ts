import {
  type Addition,
  type AskedEdit,
  type EditPreview,
  type Feedback,
  failed,
  type MadeEdit,
  type Overlay,
  ok,
  type Persona,
  type Resource,
  type ResourceId,
  type Result,
  type WorkflowEdit,
} from '../domain/index.ts';
import { editedModel } from '../learn/edits/editedModel.ts';
import { did, NO_HISTORY, overlayOf, redoable, redone, undoable, undone } from '../learn/edits/editHistory.ts';
import { editedPersonas, ofWorkflow, withEdit } from '../learn/edits/overlay.ts';
import type { PersonaModel } from '../learn/personaModel.ts';
import { pinned } from '../learn/personas/edit.ts';
import { additionId, CATALOGUE, clientPortOf, memoryOf } from '../sense/catalogue.ts';
import type { AppEdits } from './app.ts';
import type { Declared } from './declared.ts';
import { decidedByHand, editedResources } from './editedResources.ts';
import { previewOf } from './editPreview.ts';
import { problemOfEdit } from './editProblem.ts';
import type { Look } from './pipeline.ts';
import type { Memory, Ports } from './ports.ts';

export interface EditsPorts extends Pick<Ports, 'workspace' | 'now'> {
  readonly declared: Declared;
  readonly memory: () => Memory;
  readonly remember: (change: Partial<Memory>) => void;
  readonly personas: () => readonly Persona[];
  readonly active: () => Persona | undefined;
  /** How a pass would begin if the world were edited like this. */
  readonly situation: (resources: readonly Resource[], edited: Edited) => Look;
  /** Other resources than before; these are none any more and are taken away. */
  readonly changed: (gone: readonly Resource[]) => Promise<void>;
}

/** What is remembered, with an overlay laid over it. */
export interface Edited {
  readonly memory: Memory;
  readonly feedbackIn: NonNullable<Look['feedbackIn']>;
  readonly decidedByHand: NonNullable<Look['decidedByHand']>;
}

/** The developer's edits of workflows: they are laid over what is learnt and declared, so that both go on as if there were none. */
export function createEdits(ports: EditsPorts) {
  const { declared, memory, now } = ports;
  const history = () => memory().edits ?? NO_HISTORY;
  const overlay = (): Overlay => overlayOf(history());
  let underWay = Promise.resolve();
  let laid: { readonly model: PersonaModel; readonly overlay: Overlay; readonly edited: PersonaModel } | undefined;

  /** The same object as long as nothing changed: what is compiled from a model is kept by it. */
  function modelNow(model: PersonaModel, by: Overlay): PersonaModel {
    if (laid?.model !== model || laid.overlay !== by) laid = { model, overlay: by, edited: editedModel(model, by) };
    return laid.edited;
  }

  const over = (given: Memory, by: Overlay, model: PersonaModel | undefined): Memory => ({
    ...given,
    ...(model ? { model } : {}),
    usage: usageOver(given.usage, by),
  });

  const editedBy = (by: Overlay): Edited => ({
    memory: over(memory(), by, memory().model && editedModel(memory().model as PersonaModel, by)),
    feedbackIn: (active) => feedbackIn(by, active?.id, memory().feedback),
    decidedByHand: (active) => decidedByHand(by, active?.id),
  });

  /** Of what is to be added, what the person left open. */
  function resolved(asked: AskedEdit): WorkflowEdit {
    if (asked.type !== 'add-image') return asked;
    const { name, image, pin } = asked;
    const port = asked.port ?? clientPortOf(image);
    const addition: Addition = {
      name,
      image,
      memoryBytes: asked.memoryBytes ?? memoryOf(image),
      ...(port === undefined ? {} : { port, hostPort: freePort(port) }),
    };
    return { type: 'add', resource: additionId(ports.workspace.name, name), addition, ...(pin ? { pin } : {}) };
  }

  /** The usual one, or the next that nothing here declares. */
  function freePort(usual: number): number {
    const taken = new Set(declared.resources().flatMap((r) => r.ports.flatMap((p) => p.host ?? [])));
    for (let port = usual; port < 65_536; port++) if (!taken.has(port)) return port;
    return usual;
  }

  function made(persona: string | undefined, asked: AskedEdit): Result<MadeEdit> {
    const edit = resolved(asked);
    const problem = problemOfEdit(edit, {
      declared: declared.declared(),
      edited: declared.resources(),
      persona,
      overlay: overlay(),
      personas: ports.personas(),
    });
    return problem ? failed('wrong-usage', 'never', problem) : ok({ persona, edit, at: now() });
  }

  function change(next: ReturnType<typeof history>): void {
    const before = overlay();
    const gone = before.additions.flatMap((a) => declared.get(a.resource) ?? []);
    ports.remember({ edits: next });
    // First no resources any more, so that no pass makes anew what goes.
    declared.refresh();
    // Done again meanwhile, it stays.
    underWay = underWay.then(() => ports.changed(gone.filter((r) => !declared.get(r.id))));
  }

  const app: AppEdits = {
    catalogue: CATALOGUE,
    preview(persona, asked) {
      const it = made(persona, asked);
      if (!it.ok) return it;
      const after = withEdit(overlay(), it.value);
      return ok(previewFor(overlay(), after));
    },
    make(persona, asked) {
      const it = made(persona, asked);
      if (!it.ok) return it;
      change(did(history(), it.value));
      return it;
    },
    undo() {
      const taken = undoable(history());
      if (taken) change(undone(history()));
      return taken;
    },
    redo() {
      const again = redoable(history());
      if (again) change(redone(history()));
      return again;
    },
  };

  function previewFor(before: Overlay, after: Overlay): EditPreview {
    const of = (by: Overlay): Look => ports.situation(declared.editedBy(by), editedBy(by));
    return previewOf(of(before), of(after));
  }

  return {
    app,
    overlay,
    over: (given: Memory): Memory => over(given, overlay(), given.model && modelNow(given.model, overlay())),
    /** The developer's last word on each resource, here and in the workflow under way. */
    feedback: (): Memory['feedback'] => Object.fromEntries(feedbackIn(overlay(), ports.active()?.id, memory().feedback)),
    feedbackIn: (active: Persona | undefined) => feedbackIn(overlay(), active?.id, memory().feedback),
    decidedByHand: (active: Persona | undefined) => decidedByHand(overlay(), active?.id),
    /** What hosts show. */
    state: () => ({ overlay: overlay(), undo: undoable(history()), redo: redoable(history()) }),
    /** Resolves when what was edited is done. */
    underWay: (): Promise<void> => underWay,
  };
}

/** With the overlay's additions, dependencies and requirements. */
export const resourcesWith =
  (overlay: () => Overlay) =>
  (declared: readonly Resource[], by: Overlay = overlay()) =>
    editedResources(declared, by);

/** What a person pinned for it in this workflow, or in every one. */
export const pinIn = ({ pins }: Overlay, resource: ResourceId, persona: string | undefined): 'always' | 'never' | undefined =>
  pins.find((p) => p.resource === resource && p.persona === persona)?.rung;

/** A workflow that was edited stays itself through learning anew, like one that was renamed by hand. */
export function withMarks<M extends PersonaModel>(model: M, overlay: Overlay): M {
  const edited = editedPersonas(overlay);
  const components = model.components.map((c) =>
    edited.has(c.id) && pinned(c, 'name') === undefined
      ? { ...c, pins: [...(c.pins ?? []), { field: 'name' as const, value: c.name }] }
      : c,
  );
  return { ...model, components };
}

/** The newer of the developer's words: what they said of a resource, or pinned in the workflow under way. */
function feedbackIn(overlay: Overlay, persona: string | undefined, said: Memory['feedback']): ReadonlyMap<ResourceId, Feedback> {
  const words = new Map(Object.entries(said));
  for (const { resource, rung, at } of ofWorkflow(overlay.pins, persona))
    if (at >= (words.get(resource)?.at ?? 0)) words.set(resource, { resource, verdict: rung, at });
  return words;
}

/** What a person said of memory holds over what was measured. */
function usageOver(usage: Memory['usage'], { requirements }: Overlay): Memory['usage'] {
  const said = requirements.flatMap(({ resource, memoryBytes }) =>
    usage[resource] ? [[resource, { ...usage[resource], memoryBytes }] as const] : [],
  );
  return said.length === 0 ? usage : { ...usage, ...Object.fromEntries(said) };
}
