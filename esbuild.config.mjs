import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import esbuild from 'esbuild';
import { bundledFolders, noticesOf } from './thirdPartyNotices.mjs';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/**
 * Parts of dockerode that this version does not use and that are ten times the rest: ssh:// engines (ssh2, with native
 * code), BuildKit sessions (gRPC, Protocol Buffers) and the packing of a build's context. The official command line builds our images.
 */
const lean = {
  name: 'lean-dockerode',
  setup(build) {
    build.onResolve({ filter: /^(ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|tar-fs|@balena\/dockerignore)$/ }, (args) => ({
      path: args.path,
      namespace: 'absent',
    }));
    build.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
  },
};

/** The validator of what an MCP client's user was asked, which our server never does, is as large as all the rest of the protocol. */
const leanProtocol = {
  name: 'lean-protocol',
  setup(build) {
    build.onResolve({ filter: /^@modelcontextprotocol\/server\/_shims$/ }, () => ({ path: 'shims', namespace: 'lean-protocol' }));
    build.onLoad({ filter: /.*/, namespace: 'lean-protocol' }, () => ({
      contents: "export { default as process } from 'node:process'; export class DefaultJsonSchemaValidator {}",
    }));
  },
};

/**
 * Of the Kubernetes client only the reading of kubeconfig files and the credentials are used. Left out are its generated calls (3 MB), and what
 * stands in for the platform or for a package that is there already; SOCKS proxies and the auth providers that Kubernetes 1.26 removed need more.
 */
const leanKubernetes = {
  name: 'lean-kubernetes',
  setup(build) {
    const contents = {
      './gen/index.js': 'export const createConfiguration = undefined; export class ServerConfiguration {}',
      'node-fetch': 'export const Headers = globalThis.Headers;',
      'js-yaml': "import { parse } from 'yaml'; export default { load: (text) => parse(text) };",
      'jsonpath-plus':
        "export const JSONPath = () => { throw new Error('auth providers gcp and azure are not supported: use an exec plugin'); };",
      'socks-proxy-agent': "export class SocksProxyAgent { constructor() { throw new Error('SOCKS proxies are not supported'); } }",
    };
    build.onResolve({ filter: /^(\.\/gen\/index\.js|node-fetch|js-yaml|jsonpath-plus|socks-proxy-agent)$/ }, ({ path, importer }) =>
      /client-node[\\/]dist[\\/]\w+\.js$/.test(importer) ? { path, namespace: 'lean-kubernetes' } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'lean-kubernetes' }, ({ path }) => ({
      contents: contents[path],
      resolveDir: import.meta.dirname,
    }));
  },
};

/** CommonJS keeps its functions only in a file of its own, which is read when Docker is first asked. */
const sharedDockerode = {
  name: 'shared-dockerode',
  setup(build) {
    build.onResolve({ filter: /^dockerode$/ }, () => ({ path: './dockerode.cjs', external: true }));
  },
};

const WASM = 'node-sqlite3-wasm.wasm';
const SQLITE = 'node_modules/node-sqlite3-wasm/dist';

/** SQLite's WebAssembly is a third of the package; Brotli makes it a fifth smaller than the package's own compression. */
const packedSqlite = {
  name: 'packed-sqlite',
  setup(build) {
    build.onLoad({ filter: /node-sqlite3-wasm[\\/]dist[\\/]node-sqlite3-wasm\.js$/ }, ({ path }) => {
      const reads = 'if(readBinary){';
      const unpacks = 'if(readBinary){return require("node:zlib").brotliDecompressSync(readBinary(file))}if(readBinary){';
      const source = readFileSync(path, 'utf8');
      const contents = source.replace(reads, unpacks).replace(`"${WASM}"`, `"${WASM}.br"`);
      if (!source.includes(reads) || !source.includes(`"${WASM}"`)) throw new Error(`${path} reads its WebAssembly in another way now.`);
      return { contents, loader: 'js' };
    });
  },
};

/** From the package to the folder of the bundles. */
function pack(from, to) {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const bytes = readFileSync(from);
  // The best takes two seconds, which is for what is published.
  const params = { [BROTLI_PARAM_QUALITY]: production ? 11 : 4, [BROTLI_PARAM_LGWIN]: 22, [BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`dist/${to}`, brotliCompressSync(bytes, { params }));
}

const shared = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  logLevel: 'warning',
  mainFields: ['module', 'main'],
  outdir: 'dist',
  metafile: true,
  plugins: [lean],
};
const node = { ...shared, platform: 'node', target: 'node20', format: 'cjs', outExtension: { '.js': '.cjs' } };

const bundles = [
  // What `activate` needs and nothing more; the core is loaded by it on first need.
  { ...node, entryPoints: { extension: 'src/host/vscode/extension.ts' }, external: ['vscode'] },
  // `vscode` is external only above: a leak into the core or the command line breaks their build.
  { ...node, entryPoints: { dockerode: 'dockerode' } },
  // What the programs have in common is there once, and what is seldom needed is a part of its own.
  {
    ...shared,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    splitting: true,
    plugins: [lean, leanProtocol, leanKubernetes, sharedDockerode, packedSqlite],
    entryPoints: {
      cli: 'src/host/cli/main.ts',
      core: 'src/host/vscode/core.ts',
      worker: 'src/host/node/learnerThread.ts',
      embedded: 'src/provision/embedded/server.ts',
      forecaster: 'src/host/node/demand/forecastThread.ts',
      rehearser: 'src/host/node/rehearsals/rehearsalThread.ts',
      parquet: 'src/provision/datasets/parquetThread.ts',
      sweeper: 'src/host/node/sweeper.ts',
    },
    // Beside the programs: what is looked for beside one (WebAssembly, dockerode) is found from any part.
    chunkNames: 'part-[name]-[hash]',
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
    entryPoints: {
      'webview/workflow': 'media/workflow/main.tsx',
      'webview/ledger': 'media/ledger/main.tsx',
      'webview/demand': 'media/demand/main.tsx',
      'webview/rehearsal': 'media/rehearsal/main.tsx',
    },
  },
  {
    ...shared,
    entryPoints: {
      'webview/workflow': 'media/workflow/style.css',
      'webview/ledger': 'media/ledger/style.css',
      'webview/demand': 'media/demand/style.css',
      'webview/rehearsal': 'media/rehearsal/style.css',
    },
  },
];

// Chunks carry a hash in their name, so old ones would pile up.
rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
pack(`${SQLITE}/${WASM}`, `${WASM}.br`);
pack('node_modules/@bsull/augurs/mstl_bg.wasm', 'augurs-mstl.wasm.br');
if (watch) {
  for (const bundle of bundles) await (await esbuild.context(bundle)).watch();
  console.error('watching');
} else {
  const built = await Promise.all(bundles.map((bundle) => esbuild.build(bundle)));
  writeFileSync('dist/ThirdPartyNotices.txt', noticesOf(bundledFolders(built.map((b) => b.metafile))));
}
