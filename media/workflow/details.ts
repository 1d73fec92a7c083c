import type { WorkflowNode } from '../../src/show/workflow.ts';

/** A node in words: name, state, probability, when, memory. */
export function details(node: WorkflowNode): readonly string[] {
  const eta =
    node.etaMs === undefined
      ? ''
      : `in ${node.etaMs < 90_000 ? `${Math.round(node.etaMs / 1000)} s` : `${Math.round(node.etaMs / 60_000)} min`}`;
  return [
    node.label,
    node.progress ?? node.rung ?? node.kind,
    `${Math.round(100 * node.probability)}%`,
    node.kind,
    eta,
    node.memoryBytes ? `${Math.round(node.memoryBytes / 2 ** 20)} MB` : '',
  ].filter(Boolean);
}
