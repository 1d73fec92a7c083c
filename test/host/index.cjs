/** Runs inside the extension host of a real VS Code (server or desktop); throws where something is not as it should be. */
const assert = require('node:assert/strict');
const vscode = require('vscode');

async function until(condition, what) {
  for (let i = 0; i < 150; i++) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(what);
}

const tests = {
  async 'activates by itself, quickly, without the core'() {
    const extension = vscode.extensions.getExtension('prewarm.prewarm');
    assert.ok(extension, 'the extension is not there');
    const api = await extension.activate();
    assert.ok(api.activationMs < 200, `activate took ${api.activationMs} ms`);
  },
  async 'registers every command of package.json, and no other'() {
    const { contributes } = vscode.extensions.getExtension('prewarm.prewarm').packageJSON;
    const registered = (await vscode.commands.getCommands(true)).filter((c) => /^prewarm\.[a-zA-Z]+$/.test(c));
    assert.deepEqual(registered.filter((c) => !c.endsWith('.focus')).sort(), contributes.commands.map((c) => c.command).sort());
  },
  async 'finds what the workspace declares'() {
    const app = await vscode.extensions.getExtension('prewarm.prewarm').exports.app();
    const ids = await until(
      () => app.state().resources.length > 0 && app.state().resources.map((r) => r.resource.id),
      'no resources were found',
    );
    assert.ok(ids.includes('compose:sample-shop/db'), ids.join());
  },
  async 'hears files that are opened and saved'() {
    const app = await vscode.extensions.getExtension('prewarm.prewarm').exports.app();
    const before = app.state().activitiesRecorded;
    const [file] = await vscode.workspace.findFiles('docs/guide.md');
    await vscode.window.showTextDocument(file);
    await until(() => app.state().activitiesRecorded > before, 'the file was not heard');
  },
  async 'hears commands in a terminal, with confidence'() {
    const app = await vscode.extensions.getExtension('prewarm.prewarm').exports.app();
    const terminal = vscode.window.createTerminal('test');
    terminal.show();
    const shell = await until(() => terminal.shellIntegration, 'the shell has no integration');
    const before = app.state().activitiesRecorded;
    shell.executeCommand('git --version');
    await until(() => app.state().activitiesRecorded >= before + 2, 'the command was not heard');
    terminal.dispose();
  },
  async 'changes the mode of the workspace, and off hears nothing'() {
    const app = await vscode.extensions.getExtension('prewarm.prewarm').exports.app();
    app.setMode('off');
    const before = app.state().activitiesRecorded;
    const [file] = await vscode.workspace.findFiles('docs/changes.md');
    await vscode.window.showTextDocument(file);
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(app.state().activitiesRecorded, before);
    app.setMode('suggest');
  },
  async 'says why, for every resource'() {
    const app = await vscode.extensions.getExtension('prewarm.prewarm').exports.app();
    for (const { resource } of app.state().resources) assert.ok(app.why(resource.id)[0]?.length > 5);
  },
};

exports.run = async () => {
  const results = [];
  for (const [name, test] of Object.entries(tests)) {
    const failure = await test().then(
      () => undefined,
      (error) => error.message,
    );
    results.push({ name, failure });
  }
  // The harness outside reads this file; a desktop run fails by the error below.
  if (process.env.PREWARM_HOST_RESULTS) require('node:fs').writeFileSync(process.env.PREWARM_HOST_RESULTS, JSON.stringify(results));
  const failed = results.filter((r) => r.failure);
  if (failed.length > 0) throw new Error(failed.map((r) => `${r.name}: ${r.failure}`).join('\n'));
};
