import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const text = (name: string): string => readFileSync(join(root, name), 'utf8');

interface Step {
  readonly id: string;
  readonly description: string;
  readonly media: { readonly markdown?: string; readonly svg?: string; readonly altText?: string };
  readonly completionEvents: readonly string[];
}
const { contributes } = JSON.parse(text('package.json')) as {
  contributes: {
    commands: { command: string }[];
    views: Record<string, { id: string }[]>;
    walkthroughs: { steps: Step[] }[];
    configuration: { properties: object };
  };
};
const nls = JSON.parse(text('package.nls.json')) as Record<string, string>;
const steps = contributes.walkthroughs.flatMap((w) => w.steps);
const views = Object.values(contributes.views).flat();
/** Those of package.json, the one by which the editor shows each view, and the ledger's, which comes with its own view. */
const commands = [...contributes.commands.map((c) => c.command), ...views.map((v) => `${v.id}.focus`), 'prewarm.showLedger'];

describe('the walkthrough', () => {
  it('begins with learning from the history that is there', () => {
    expect(steps[0]?.completionEvents).toEqual(['onCommand:prewarm.importHistory']);
  });

  it.each(steps.map((step) => [step.id, step] as const))('step “%s” names commands and views that exist', (_id, step) => {
    const said = nls[step.description.replaceAll('%', '')] ?? '';
    const buttons = [...said.matchAll(/\]\(command:([\w.]+)\)/g)].map((m) => m[1]);
    expect(buttons.length).toBeGreaterThan(0);
    for (const command of buttons) expect(commands).toContain(command);
    for (const event of step.completionEvents) {
      const [on, what] = event.split(':');
      expect(on === 'onView' ? views.map((v) => v.id) : commands, event).toContain(what);
    }
  });

  it.each(steps.map((step) => [step.id, step] as const))('step “%s” has a picture or a page, which is packaged', (_id, { media }) => {
    const file = media.markdown ?? media.svg ?? '';
    expect(text('.vscodeignore').split('\n')).toContain('!resources/walkthrough/**');
    expect(file).toMatch(/^resources\/walkthrough\//);
    expect(text(file).length).toBeGreaterThan(200);
    if (media.svg) expect(text(file)).toMatch(/var\(--vscode-foreground/);
    for (const [, setting] of text(file).matchAll(/`(prewarm\.[\w.]+)`/g))
      expect(contributes.configuration.properties).toHaveProperty([setting as string]);
  });
});
