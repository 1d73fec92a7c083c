import type { WorkflowEdge, WorkflowNode } from '../../src/show/workflow.ts';
import { t } from '../translate.ts';

export const percent = (probability: number): string => `${Math.round(100 * probability)}%`;
export const megabytes = (bytes: number): string =>
  bytes < 1000 * 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MB` : `${(bytes / 2 ** 30).toFixed(1)} GB`;

export function duration(ms: number): string {
  if (ms < 1000) return t('{0} ms', Math.round(ms));
  return ms < 90_000 ? t('{0} s', Math.round(ms / 1000)) : t('{0} min', Math.round(ms / 60_000));
}

export const whenOf = ({ etaMs }: WorkflowNode): string =>
  etaMs === undefined ? '' : etaMs < 500 ? t('at once') : t('in {0}', duration(etaMs));
export const stateOf = (node: WorkflowNode): string => node.progress ?? node.rung ?? node.kind;
export const pinOf = ({ pin }: WorkflowNode): string => (pin === 'always' ? t('always ready') : pin === 'never' ? t('never') : '');
const handOf = ({ byHand }: WorkflowNode): string =>
  byHand === 'added' ? t('added by you') : byHand === 'put in' ? t('put in by you') : '';

/** All that is known of a node, in words: its accessible name. */
export function factsOf(node: WorkflowNode): string {
  const facts = [
    node.label,
    node.kind,
    node.rung === undefined ? '' : stateOf(node),
    t('{0} likely', percent(node.probability)),
    whenOf(node),
    node.memoryBytes ? megabytes(node.memoryBytes) : '',
    pinOf(node),
    handOf(node),
    node.usedBy.length > 0 ? t('used by {0}', node.usedBy.join(', ')) : '',
  ];
  return facts.filter(Boolean).join(', ');
}

export const edgeText = ({ probability, lagMs, origin }: WorkflowEdge): string =>
  origin === 'declared'
    ? t('needs it')
    : origin === 'order'
      ? t('comes after')
      : [percent(probability), lagMs >= 500 ? duration(lagMs) : ''].filter(Boolean).join(' · ');
