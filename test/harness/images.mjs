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
const STAND_INS = { 'postgres:15': 'postgres.Dockerfile', 'redis:7': 'redis.Dockerfile' };

/**
 * Makes sure that the images of the sample exist: what is there is used, else pulled, else (on Debian, as root) built
 * from Debian's packages and kept as a tar in the cache, so that a fresh engine has them in seconds.
 */
export async function ensureImages() {
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
    await must('docker', ['build', '-q', '--label', `${MADE_FROM}=${digest()}`, '-t', tag, '-f', join(here, file), here], {
      env: { ...process.env, DOCKER_BUILDKIT: '0' },
    });
  }
  await must('docker', ['save', '-o', tar, BASE, ...Object.keys(STAND_INS)]);
}

/** The real image, or a stand-in that was made from today's files. */
async function current(tag) {
  const { code, output } = await run('docker', ['image', 'inspect', '-f', `{{index .Config.Labels "${MADE_FROM}"}}`, tag]);
  const madeFrom = output.trim();
  return code === 0 && (tag === BASE || madeFrom === '' || madeFrom === digest());
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

function digest() {
  const hash = createHash('sha256');
  for (const file of [...Object.values(STAND_INS), 'postgres-entrypoint.sh']) hash.update(readFileSync(join(here, file)));
  return hash.digest('hex').slice(0, 16);
}
