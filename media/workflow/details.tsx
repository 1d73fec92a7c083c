import { useEffect, useRef, useState } from 'preact/hooks';
import type { AskedEdit } from '../../src/show/protocol.ts';
import type { Workflow, WorkflowNode } from '../../src/show/workflow.ts';
import { t } from '../translate.ts';
import { edgeText, megabytes, percent, stateOf, whenOf } from './facts.ts';
import type { Deed } from './keys.ts';
import { labelOf } from './table.tsx';

export interface DetailsPorts {
  readonly workflow: Workflow;
  readonly node: WorkflowNode;
  readonly why: readonly string[] | undefined;
  readonly edit: (edit: AskedEdit) => void;
  readonly did: (id: string, deed: Deed) => void;
  readonly connect: (from: string, to: string) => void;
  readonly close: () => void;
}

/** All about one node, and all that can be done to it. */
export function Details({ workflow, node, why, edit, did, connect, close }: DetailsPorts) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [node.id]);
  const isResource = node.rung !== undefined;
  return (
    <aside
      aria-labelledby="details-title"
      onKeyDown={(event) => {
        if (event.key === 'Escape') close();
      }}
    >
      <h2 id="details-title" ref={heading} tabIndex={-1}>
        {node.label}
      </h2>
      <button type="button" class="close" onClick={close} aria-label={t('Close the details')}>
        ×
      </button>
      <Facts node={node} />
      {isResource && (
        <div class="row">
          <button type="button" class="primary" onClick={() => did(node.id, 'warm')}>
            {node.warm ? t('Cool') : t('Warm')}
          </button>
          <button type="button" onClick={() => did(node.id, 'why')}>
            {t('Why')}
          </button>
        </div>
      )}
      {isResource && (
        <>
          <h3>{t('In this workflow')}</h3>
          <label>
            {t('Keep it')}
            <select
              value={node.pin ?? 'free'}
              onChange={({ currentTarget: { value } }) =>
                edit({ type: 'pin', resource: node.id, rung: value as 'always' | 'never' | 'free' })
              }
            >
              <option value="free">{t('as Prewarm thinks')}</option>
              <option value="always">{t('always ready')}</option>
              <option value="never">{t('never')}</option>
            </select>
          </label>
          <Memory key={node.id} node={node} edit={edit} />
        </>
      )}
      <Connections workflow={workflow} node={node} edit={edit} connect={connect} />
      {isResource && (
        <div class="row">
          <button type="button" onClick={() => did(node.id, 'earlier')}>
            {t('Earlier')}
          </button>
          <button type="button" onClick={() => did(node.id, 'later')}>
            {t('Later')}
          </button>
          <button type="button" onClick={() => did(node.id, 'remove')}>
            {t('Remove')}
          </button>
        </div>
      )}
      {why && (
        <section aria-live="polite" ref={intoSight}>
          <h3>{t('Why it is so')}</h3>
          <ul class="why">
            {why.map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </section>
      )}
    </aside>
  );
}

const intoSight = (section: HTMLElement | null): void => section?.scrollIntoView({ block: 'nearest' });

function Facts({ node }: { node: WorkflowNode }) {
  const facts: readonly (readonly [string, string])[] = [
    [t('Kind'), node.kind],
    [t('State'), node.rung === undefined ? '' : stateOf(node)],
    [t('Likely'), percent(node.probability)],
    [t('Needed'), whenOf(node)],
    [t('Memory'), node.memoryBytes ? megabytes(node.memoryBytes) : ''],
    [t('Endpoint'), node.endpoint ?? ''],
    [t('Used by'), node.usedBy.join(', ')],
    [t('By hand'), node.byHand === 'added' ? t('added by you') : node.byHand ? t('put in by you') : ''],
  ];
  return (
    <dl>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Memory({ node, edit }: Pick<DetailsPorts, 'node' | 'edit'>) {
  const now = Math.round((node.memoryBytes ?? 0) / 2 ** 20);
  const [said, setSaid] = useState(String(now));
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        edit({ type: 'require', resource: node.id, memoryBytes: Number(said) * 2 ** 20 });
      }}
    >
      <label>
        {t('Memory, MB')}
        <input type="number" min={1} max={4_000_000} required value={said} onInput={({ currentTarget }) => setSaid(currentTarget.value)} />
      </label>
      <button type="submit">{t('Set')}</button>
    </form>
  );
}

function Connections({ workflow, node, edit, connect }: Pick<DetailsPorts, 'workflow' | 'node' | 'edit' | 'connect'>) {
  const mine = workflow.edges.filter((e) => (e.from === node.id || e.to === node.id) && e.origin !== 'order');
  const targets = workflow.nodes.filter(
    (n) => n.id !== node.id && n.rung !== undefined && !mine.some((e) => e.from === node.id && e.to === n.id),
  );
  const [target, setTarget] = useState('');
  const chosen = targets.some((n) => n.id === target) ? target : (targets[0]?.id ?? '');
  return (
    <>
      <h3>{t('Connections')}</h3>
      {mine.length > 0 && (
        <ul class="edges">
          {mine.map((e) => {
            const words = `${labelOf(workflow, e.from)} → ${labelOf(workflow, e.to)}`;
            return (
              <li key={words}>
                <span>
                  {words} <span class="dim">{edgeText(e)}</span>
                </span>
                {e.origin !== 'declared' && (
                  <button
                    type="button"
                    aria-label={t('Disconnect {0}', words)}
                    onClick={() => edit({ type: 'disconnect', from: e.from, to: e.to })}
                  >
                    ×
                  </button>
                )}
              </li>
            );
          })}
        </ul>
      )}
      {targets.length > 0 && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            connect(node.id, chosen);
          }}
        >
          <label>
            {t('Leads to')}
            <select value={chosen} onChange={({ currentTarget }) => setTarget(currentTarget.value)}>
              {targets.map((n) => (
                <option key={n.id} value={n.id}>
                  {n.label}
                </option>
              ))}
            </select>
          </label>
          <button type="submit">{t('Connect')}</button>
        </form>
      )}
    </>
  );
}
