import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { AskedEdit, EditPreview } from '../../src/show/protocol.ts';
import type { Workflow } from '../../src/show/workflow.ts';
import { t } from '../translate.ts';
import { duration, megabytes } from './facts.ts';
import { helpLines } from './keys.ts';

/** In the form of an image's name, which is no text. */
const EXAMPLE = 'redis:7';

/** A native dialog: the browser keeps the focus in it, and Escape closes it. */
function Dialog({ title, close, children }: { title: string; close: () => void; children: ComponentChildren }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    dialog.current?.showModal();
    return () => before?.focus({ preventScroll: true });
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  );
}

const IMAGE = 'image:';
const DECLARED = 'declared:';

/** From the scan, the catalogue, or by any image. */
export function AddDialog({ workflow, edit, close }: { workflow: Workflow; edit: (edit: AskedEdit) => void; close: () => void }) {
  const { others, catalogue } = workflow;
  const [choice, setChoice] = useState(others[0] ? DECLARED + others[0].id : `${IMAGE}${catalogue[0]?.name ?? ''}`);
  const entry = catalogue.find((a) => choice === IMAGE + a.name);
  const isDeclared = choice.startsWith(DECLARED);
  const taken = new Set([...workflow.nodes.map((n) => n.label), ...others.map((o) => o.name)]);
  const [said, setSaid] = useState<{ name?: string; image?: string; port?: string; memory?: string; pin: boolean }>({ pin: true });
  const image = said.image ?? entry?.image ?? '';
  const name = said.name ?? free(entry?.name ?? nameOf(image), taken);
  const port = said.port ?? String(entry?.port ?? '');
  const memory = said.memory ?? String(entry ? Math.round(entry.memoryBytes / 2 ** 20) : '');

  function submit(event: Event) {
    event.preventDefault();
    const pin = said.pin ? { pin: 'always' as const } : {};
    close();
    if (isDeclared) return edit({ type: 'add', resource: choice.slice(DECLARED.length), ...pin });
    edit({
      type: 'add-image',
      name,
      image,
      ...pin,
      ...(port ? { port: Number(port) } : {}),
      ...(memory ? { memoryBytes: Number(memory) * 2 ** 20 } : {}),
    });
  }

  return (
    <Dialog title={t('Add a resource')} close={close}>
      <form onSubmit={submit}>
        <label>
          {t('What')}
          <select
            value={choice}
            onChange={({ currentTarget }) => {
              setChoice(currentTarget.value);
              setSaid({ pin: said.pin });
            }}
          >
            {others.length > 0 && (
              <optgroup label={t('Declared here')}>
                {others.map((o) => (
                  <option key={o.id} value={DECLARED + o.id}>
                    {o.name} ({o.kind})
                  </option>
                ))}
              </optgroup>
            )}
            <optgroup label={t('A new container')}>
              {catalogue.map((a) => (
                <option key={a.name} value={IMAGE + a.name}>
                  {a.name} ({a.image})
                </option>
              ))}
              <option value={IMAGE}>{t('Another image…')}</option>
            </optgroup>
          </select>
        </label>
        {!isDeclared && (
          <>
            <Field label={t('Image')} value={image} set={(value) => setSaid({ ...said, image: value })} required placeholder={EXAMPLE} />
            <Field
              label={t('Name')}
              value={name}
              set={(value) => setSaid({ ...said, name: value })}
              required
              pattern="[a-z0-9][a-z0-9_.\-]*"
            />
            <Field label={t('Port')} value={port} set={(value) => setSaid({ ...said, port: value })} inputMode="numeric" pattern="[0-9]*" />
            <Field
              label={t('Memory, MB')}
              value={memory}
              set={(value) => setSaid({ ...said, memory: value })}
              inputMode="numeric"
              pattern="[0-9]*"
            />
          </>
        )}
        <label class="check">
          <input type="checkbox" checked={said.pin} onChange={({ currentTarget }) => setSaid({ ...said, pin: currentTarget.checked })} />
          {t('Keep it always ready in this workflow')}
        </label>
        <Buttons yes={t('Add')} close={close} />
      </form>
    </Dialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly set: (value: string) => void;
  readonly required?: boolean;
  readonly pattern?: string;
  readonly placeholder?: string;
  readonly inputMode?: 'numeric';
}

function Field({ label, set, ...rest }: FieldProps) {
  return (
    <label>
      {label}
      <input {...rest} onInput={({ currentTarget }) => set(currentTarget.value)} spellcheck={false} />
    </label>
  );
}

/** The last part of an image's path is what people call it. */
const nameOf = (image: string): string =>
  (
    image
      .replace(/@.*$/, '')
      .replace(/:[^/]*$/, '')
      .split('/')
      .at(-1) ?? ''
  )
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, '-');

function free(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  let n = 2;
  while (taken.has(`${name}-${n}`)) n++;
  return `${name}-${n}`;
}

/** What an edit would start, stop and cost. */
export function PreviewDialog({ title, preview, answer }: { title: string; preview: EditPreview; answer: (yes: boolean) => void }) {
  const { starts, stops, heldBack, before, after, budgetBytes } = preview;
  return (
    <Dialog title={title} close={() => answer(false)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          answer(true);
        }}
      >
        <dl class="preview">
          {starts.map((s) => (
            <div key={s.resource} class="starts">
              <dt>{t('Starts {0}', s.name)}</dt>
              <dd>{t('{0} of memory, ready in about {1}', megabytes(s.memoryBytes), duration(s.readyMs))}</dd>
            </div>
          ))}
          {stops.map((s) => (
            <div key={s.resource} class="stops">
              <dt>{t('Stops {0}', s.name)}</dt>
              <dd>{t('gives {0} back; no volume is deleted', megabytes(s.memoryBytes))}</dd>
            </div>
          ))}
          {heldBack.map((h) => (
            <div key={h.resource} class="held">
              <dt>{t('{0} stays as it is', h.name)}</dt>
              <dd>{h.why}</dd>
            </div>
          ))}
        </dl>
        <p>
          {t('Memory: {0} now, {1} afterwards, of {2}.', megabytes(before.usedBytes), megabytes(after.usedBytes), megabytes(budgetBytes))}
        </p>
        <meter aria-label={t('Memory afterwards')} min={0} max={budgetBytes} value={after.usedBytes} />
        <Buttons yes={t('Apply')} close={() => answer(false)} />
      </form>
    </Dialog>
  );
}

export function HelpDialog({ close }: { close: () => void }) {
  return (
    <Dialog title={t('Keys')} close={close}>
      <dl class="keys">
        {helpLines().map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="row end">
        <button type="button" class="primary" onClick={close}>
          {t('Close')}
        </button>
      </div>
    </Dialog>
  );
}

function Buttons({ yes, close }: { yes: string; close: () => void }) {
  return (
    <div class="row end">
      <button type="button" onClick={close}>
        {t('Cancel')}
      </button>
      <button type="submit" class="primary">
        {yes}
      </button>
    </div>
  );
}
