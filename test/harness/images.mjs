import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { must, run, say } from './run.mjs';

const here = join(import.meta.dirname, 'images');
const BASE = 'prewarm-test/base';
/** The label of a stand-in: the files that it was made from. */
const MADE_FROM = 'dev.prewarm.test.stand-in';
/** Under load in tests and figures; never pulled, since it is ours. */
export const API = 'prewarm-test/api';
const API_FILES = ['api.Dockerfile', 'api.py'];
const STAND_INS = { 'postgres:15': 'postgres.Dockerfile', 'redis:7': 'redis.Dockerfile' };

/**
 * Makes sure that the images of the sample exist: what is there is used, else pulled, else (on Debian, as root) built
 * from Debian's packages and kept as a tar in the cache, so that a fresh engine has them in seconds.
 */
export async function ensureImages() {
  await ensureStandIns();
  await ensureApi();
}

async function ensureStandIns() {
  const missing = [];
  for (const tag of [BASE, ...Object.keys(STAND_INS)]) if (!(await current(tag))) missing.push(tag);
  if (missing.length === 0) return;
  const tar = join(cacheFolder('images'), `${digest()}.tar`);
  if (existsSync(tar)) {
    say('loading test images from the cache');
    await must('docker', ['load', '-i', tar]);
    return;
  }
  if (await pullable(missing)) return;
  await buildBase();
  for (const [tag, file] of Object.entries(STAND_INS)) {
    say(`building a stand-in for ${tag} from Debian packages`);
    await build(tag, join(here, file), here, digest());
  }
  await must('docker', ['save', '-o', tar, BASE, ...Object.keys(STAND_INS)]);
}

/** Its packages come from Debian on any machine; a tar of its own, so that a change of it makes no stand-in anew. */
export async function ensureApi() {
  const folder = join(here, 'api');
  const made = digestOf(API_FILES.map((file) => join(folder, file)));
  if ((await madeFrom(API)) === made) return;
  const tar = join(cacheFolder('images'), `api-${made}.tar`);
  if (existsSync(tar)) return void (await must('docker', ['load', '-i', tar]));
  say(`building ${API} from Debian packages`);
  await build(API, join(folder, 'api.Dockerfile'), folder, made);
  await must('docker', ['save', '-o', tar, API]);
}

const build = (tag, file, folder, made) =>
  must('docker', ['build', '-q', '--label', `${MADE_FROM}=${made}`, '-t', tag, '-f', file, folder], {
    env: { ...process.env, DOCKER_BUILDKIT: '0' },
  });

/** Of an image: the files that it was made from; '' where it is a real one, undefined where there is none. */
async function madeFrom(tag) {
  const { code, output } = await run('docker', ['image', 'inspect', '-f', `{{index .Config.Labels "${MADE_FROM}"}}`, tag]);
  return code === 0 ? output.trim() : undefined;
}

/** The real image, or a stand-in that was made from today's files. */
async function current(tag) {
  const made = await madeFrom(tag);
  return made !== undefined && (tag === BASE || made === '' || made === digest());
}

const present = async (tag) => (await run('docker', ['image', 'inspect', tag])).code === 0;

/** On an ordinary machine the real images come from the registry; the base is a slim Debian. */
async function pullable(missing) {
  for (const tag of missing) {
    const from = tag === BASE ? 'debian:bookworm-slim' : tag;
    if ((await run('docker', ['pull', '-q', from])).code !== 0) return false;
    if (tag === BASE) await must('docker', ['tag', from, BASE]);
  }
  return true;
}

async function buildBase() {
  if (await present(BASE)) return;
  say('making a Debian base image with debootstrap');
  const root = mkdtempSync(join(tmpdir(), 'prewarm-base-'));
  try {
    await must('debootstrap', ['--variant=minbase', 'bookworm', root]);
    await must('sh', ['-c', `tar -C "${root}" -c . | docker import - ${BASE}`]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const digest = () => digestOf([...Object.values(STAND_INS), 'postgres-entrypoint.sh'].map((file) => join(here, file)));

function digestOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}
