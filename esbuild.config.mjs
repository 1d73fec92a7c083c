import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import esbuild from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/**
 * Parts of dockerode that this version does not use and that are ten times the rest: ssh:// engines (ssh2, with native
 * code) and BuildKit sessions (gRPC). The official command line builds our images.
 */
const lean = {
  name: 'lean-dockerode',
  setup(build) {
    build.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader)$/ }, (args) => ({ path: args.path, namespace: 'absent' }));
    build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  mainFields: ['module', 'main'],
  outdir: 'dist',
  plugins: [lean],
};
const node = { ...shared, platform: 'node', target: 'node20', format: 'cjs', outExtension: { '.js': '.cjs' } };

const bundles = [
  // What `activate` needs and nothing more; the core is loaded by it on first need.
  { ...node, entryPoints: { extension: 'src/host/vscode/extension.ts' }, external: ['vscode', './core.cjs'] },
  // `vscode` is external only above: a leak into the core or the command line breaks their build.
  {
    ...node,
    entryPoints: {
      core: 'src/host/vscode/core.ts',
      worker: 'src/host/node/learnerThread.ts',
      embedded: 'src/provision/embedded/server.ts',
    },
  },
  {
    ...shared,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    entryPoints: { cli: 'src/host/cli/main.ts' },
    chunkNames: 'cli-[name]-[hash]',
    // The first line is for `npm link`; bundled CommonJS packages need a `require`, and SQLite looks for its WebAssembly beside itself.
    banner: {
      js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nimport { fileURLToPath as __fileURLToPath } from 'node:url';\nconst require = __createRequire(import.meta.url);\nconst __dirname = __fileURLToPath(new URL('.', import.meta.url));",
    },
  },
  {
    ...shared,
    mainFields: ['browser', 'module', 'main'],
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    entryPoints: { 'webview/workflow': 'media/workflow/main.tsx' },
  },
  { ...shared, entryPoints: { 'webview/workflow': 'media/workflow/style.css' } },
];

// Chunks carry a hash in their name, so old ones would pile up.
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
copyFileSync('node_modules/node-sqlite3-wasm/dist/node-sqlite3-wasm.wasm', 'dist/node-sqlite3-wasm.wasm');
if (watch) {
  for (const bundle of bundles) await (await esbuild.context(bundle)).watch();
  console.error('watching');
} else await Promise.all(bundles.map((bundle) => esbuild.build(bundle)));
