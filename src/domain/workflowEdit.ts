import type { Probability, UnixMs } from './quantity.ts';
import type { ResourceId } from './resource.ts';

/** A container that the developer added by hand: what no file of the workspace declares. */
export interface Addition {
  readonly name: string;
  readonly image: string;
  /** On which its clients find it inside; undefined: it serves nobody by a port. */
  readonly port?: number;
  /** The loopback port that clients expect; undefined where `port` is. */
  readonly hostPort?: number;
  readonly memoryBytes: number;
}

/** What a pin wants of a resource while its workflow is under way; `free` lets learning decide again. */
export const PIN_RUNGS = ['always', 'never', 'free'] as const;
export type PinRung = (typeof PIN_RUNGS)[number];

/** One change that a developer makes to a workflow. */
export type WorkflowEdit =
  /** It belongs to the workflow; with `image` it is made by that, and exists only through this edit. */
  | { readonly type: 'add'; readonly resource: ResourceId; readonly addition?: Addition; readonly pin?: 'always' }
  /** It does not; what was added by hand and belongs to no workflow any more is taken away. Volumes stay. */
  | { readonly type: 'remove'; readonly resource: ResourceId }
  /** After `from`, `to` follows. Between two resources it is a dependency too: `to` runs only when `from` is ready. */
  | { readonly type: 'connect'; readonly from: string; readonly to: ResourceId; readonly probability: Probability; readonly lagMs: number }
  | { readonly type: 'disconnect'; readonly from: string; readonly to: string }
  /** In the order of need it comes right after that one; `undefined`: first of all. */
  | { readonly type: 'move'; readonly resource: string; readonly after: string | undefined }
  | { readonly type: 'pin'; readonly resource: ResourceId; readonly rung: PinRung }
  /** Of the resource, in whatever workflow. */
  | { readonly type: 'require'; readonly resource: ResourceId; readonly memoryBytes: number };

/** An edit as it was made. */
export interface MadeEdit {
  /** Whose workflow; undefined: every one, where no persona was known yet. */
  readonly persona: string | undefined;
  readonly edit: WorkflowEdit;
  readonly at: UnixMs;
}

/** An edit as a person asks for it: of what is to be added, the rest is found out. */
export type AskedEdit =
  | Exclude<WorkflowEdit, { readonly type: 'add' }>
  | { readonly type: 'add'; readonly resource: ResourceId; readonly pin?: 'always' }
  | ({ readonly type: 'add-image'; readonly pin?: 'always' } & Pick<Addition, 'name' | 'image'> &
      Partial<Pick<Addition, 'port' | 'memoryBytes'>>);

/** Of one workflow; undefined: of every one. */
export interface OfWorkflow {
  readonly persona: string | undefined;
}

/**
 * All edits that hold, kept beside the learnt model and laid over it: learning anew loses none of them, and taking one back leaves no trace.
 * Lists and not records, since ids come from outside and may be called `__proto__`.
 */
export interface Overlay {
  readonly additions: readonly { readonly resource: ResourceId; readonly addition: Addition }[];
  readonly members: readonly (OfWorkflow & { readonly resource: ResourceId; readonly in: boolean })[];
  readonly edges: readonly (OfWorkflow & {
    readonly from: string;
    readonly to: string;
    /** Undefined: the edge is taken out. */
    readonly edge: { readonly probability: Probability; readonly lagMs: number } | undefined;
  })[];
  /** In the order in which they were moved. */
  readonly moves: readonly (OfWorkflow & { readonly resource: string; readonly after: string | undefined })[];
  readonly pins: readonly (OfWorkflow & { readonly resource: ResourceId; readonly rung: 'always' | 'never'; readonly at: UnixMs })[];
  readonly requirements: readonly { readonly resource: ResourceId; readonly memoryBytes: number }[];
}

/** What a preview tells before an edit is made. */
export interface EditPreview {
  readonly starts: readonly {
    readonly resource: ResourceId;
    readonly name: string;
    readonly memoryBytes: number;
    readonly readyMs: number;
  }[];
  readonly stops: readonly { readonly resource: ResourceId; readonly name: string; readonly memoryBytes: number }[];
  /** Wanted warm by the edit, and held back: each with why. */
  readonly heldBack: readonly { readonly resource: ResourceId; readonly name: string; readonly why: string }[];
  /** Memory that the plan grants, of what it may, bytes. */
  readonly before: { readonly usedBytes: number };
  readonly after: { readonly usedBytes: number };
  readonly budgetBytes: number;
}
