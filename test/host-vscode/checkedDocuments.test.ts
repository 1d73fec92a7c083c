import { describe, expect, it } from 'vitest';
import { createCheckedDocuments } from '../../src/host/vscode/personas/checkedDocuments.ts';
import { checkPersonas } from '../../src/sense/pdl/check.ts';

function setUp() {
  const shown = new Map<string, number | undefined>();
  const timers = new Set<() => void>();
  let checks = 0;
  const documents = createCheckedDocuments({
    check: (text) => {
      checks++;
      return checkPersonas(text).findings;
    },
    show: (uri, findings) => void shown.set(uri, findings?.length),
    after: (_ms, callback) => {
      timers.add(callback);
      return () => timers.delete(callback);
    },
  });
  const pass = (): void => {
    for (const timer of [...timers]) {
      timers.delete(timer);
      timer();
    }
  };
  return { documents, shown, timers, pass, checks: () => checks };
}
const document = (version: number, text: string) => ({ uri: 'file:///a', version, text: () => text });
const RIGHT = '{"version": 1, "personas": []}';
const WRONG = '{"version": 2, "personas": []}';

describe('documents that are open', () => {
  it('are checked at once, again when typing pauses, and no more when they are closed', () => {
    const { documents, shown, timers, pass, checks } = setUp();
    documents.opened(document(1, WRONG));
    expect(shown.get('file:///a')).toBe(1);
    documents.changed(document(2, '{'));
    documents.changed(document(3, RIGHT));
    expect([timers.size, checks()]).toEqual([1, 1]);
    pass();
    expect([shown.get('file:///a'), checks()]).toEqual([0, 2]);
    documents.changed(document(4, WRONG));
    documents.closed('file:///a');
    expect([timers.size, shown.get('file:///a')]).toEqual([0, undefined]);
    documents.changed(document(5, WRONG));
    expect(timers.size).toBe(0);
  });

  it('fixes are of the text as it is now, and what is known is not found again', () => {
    const { documents, checks } = setUp();
    documents.opened(document(1, WRONG));
    documents.changed(document(2, ` ${WRONG}`));
    expect(documents.findings(document(2, ` ${WRONG}`))[0]?.offset).toBe(13);
    documents.findings(document(2, ` ${WRONG}`));
    expect(checks()).toBe(2);
    expect(documents.findings({ ...document(1, WRONG), uri: 'file:///other' })).toEqual([]);
  });

  it('leave no timer behind', () => {
    const { documents, timers } = setUp();
    documents.opened(document(1, WRONG));
    documents.changed(document(2, RIGHT));
    documents.dispose();
    expect(timers.size).toBe(0);
  });
});
