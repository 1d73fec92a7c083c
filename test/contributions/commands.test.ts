import { describe, expect, it } from 'vitest';
import { callsOf, literalsOf, uiSources } from '../harness/uiStrings.mjs';
import { manifest, nls, readmeTable, said, textOf } from './manifest.ts';

const { commands, menus, keybindings, views, languageModelTools = [] } = manifest.contributes;
const ids = commands.map((c) => c.command);
const sources = uiSources();
const literals = new Set(sources.filter((s) => /^src\/(host|app)\//.test(s.file)).flatMap(literalsOf));

/** The keys of `TABLE`, which registers each, and of what is spread into it. */
function table(): readonly string[] {
  return [
    ['src/host/vscode/commands.ts', 'TABLE'],
    ['src/host/vscode/personas/personaCommands.ts', 'personaCommands'],
  ].flatMap(([file = '', name]) => {
    const body = new RegExp(`const ${name}\\b[^=]*= \\{([\\s\\S]*?)\\n\\};`).exec(textOf(file))?.[1] ?? '';
    return [...body.matchAll(/^ {2}'(prewarm\.[\w.]+)':/gm)].map((m) => m[1] as string);
  });
}

describe('commands: package.json, the table in src/host/vscode/commands.ts and the README say the same', () => {
  const registered = sources.flatMap((s) => callsOf(['registerCommand', 'registerTextEditorCommand'], s)).flatMap((c) => c.argument ?? []);

  it('every command is in the table, or registered by name, and every one of these in package.json', () => {
    expect([...table(), ...registered].sort()).toEqual([...ids].sort());
  });

  it('the table is not empty', () => expect(table().length).toBeGreaterThan(10));

  it.each(commands.map((c) => [c.command, c] as const))('%s has a title, a category, an icon and says when it can be used', (_id, c) => {
    expect(c.title).toMatch(/^%command\.[\w.]+%$/);
    expect(said(c.title)).not.toBe(c.title);
    expect(c.category).toBe('%category%');
    expect(c.icon).toMatch(/^\$\([\w~-]+\)$/);
    expect(c.enablement).toBeTruthy();
  });

  it('every title is in the README’s table, and no other (add or remove a row of “Palette (category Prewarm)”)', () => {
    const titles = readmeTable('Palette (category Prewarm)').flatMap((row) => (row[0] ?? '').split(/,\s+/));
    expect([...titles].sort()).toEqual(commands.map((c) => said(c.title)).sort());
  });

  it('menus and keys name commands that exist, and say when', () => {
    const items = [...Object.values(menus).flat(), ...keybindings];
    for (const { command, when } of items) {
      expect(ids).toContain(command);
      expect(when, command).toBeTruthy();
    }
    for (const { key, mac } of keybindings) expect([key, mac]).toEqual([expect.stringMatching(/^ctrl\+/), expect.stringMatching(/^cmd\+/)]);
  });

  it('keys do not meet each other, and the README names each', () => {
    const keys = keybindings.map((k) => `${k.key} ${k.when}`);
    expect(new Set(keys).size).toBe(keys.length);
    const readme = textOf('README.md').toLowerCase();
    for (const { key } of keybindings) expect(readme).toContain(`\`${key}\``);
  });

  it('what texts and code call by name exists', () => {
    const linked = [...Object.values(nls), ...literals].flatMap((text) =>
      [...text.matchAll(/\(command:(prewarm\.[\w.]+)/g)].map((m) => m[1]),
    );
    const executed = sources.flatMap((s) => callsOf(['executeCommand'], s)).flatMap((c) => c.argument ?? []);
    const named = [...linked, ...executed.filter((id) => id.startsWith('prewarm.'))];
    expect(named.length).toBeGreaterThan(3);
    for (const id of named) expect(isKnown(id as string), `${id} is called, and is no command`).toBe(true);
  });
});

/** A view has commands of its own, such as `prewarm.resources.focus`. */
const isKnown = (id: string): boolean => ids.includes(id) || viewIds.some((v) => id === `${v}.focus` || id === `${v}.open`);
const viewIds = Object.values(views)
  .flat()
  .map((v) => v.id);

describe('views and tools', () => {
  it.each(viewIds)('the code fills the view %s', (id) => expect(literals).toContain(id));

  it('when clauses name views that exist', () => {
    const clauses = [...Object.values(menus).flat(), ...keybindings].map((i) => i.when ?? '');
    const named = clauses.flatMap((when) => [...when.matchAll(/\b(?:view|focusedView) == ([\w.]+)/g)].map((m) => m[1]));
    for (const id of named) expect(viewIds).toContain(id);
  });

  it('every language-model tool is in the code and in the README', () => {
    for (const { name } of languageModelTools) {
      // The prefix is the editor's (`languageModelTools.ts`); over MCP they go without.
      const plain = name.replace('prewarm_', '');
      expect(literals).toContain(plain);
      expect(textOf('README.md')).toContain(`\`${plain}\``);
    }
  });
});
