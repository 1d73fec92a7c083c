import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

/** The engine of a socket behind TLS, which takes only clients whose certificate its authority signed, as `dockerd --tlsverify` does. */
export interface TlsProxy {
  readonly port: number;
  /** Folders with `ca.pem`, `cert.pem` and `key.pem`: of its authority, and of another one. */
  readonly ours: string;
  readonly strange: string;
  remove(): void;
}

/** Why there can be none here; undefined where there can. */
export function tlsProblem(): string | undefined {
  try {
    execFileSync('openssl', ['version'], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'openssl is not installed';
  }
}

export async function createTlsProxy(socketPath: string): Promise<TlsProxy> {
  const root = mkdtempSync(join(tmpdir(), 'pw-tls-'));
  const [ours, strange] = [authority(root, 'ours'), authority(root, 'strange')];
  const pem = (name: string): Buffer => readFileSync(join(ours, name));
  const server = createServer(
    { ca: pem('ca.pem'), cert: pem('server.pem'), key: pem('server-key.pem'), requestCert: true, rejectUnauthorized: true },
    (client) => {
      const engine = connect(socketPath);
      client.pipe(engine).pipe(client);
      client.on('error', () => engine.destroy()).on('close', () => engine.destroy());
      engine.on('error', () => client.destroy()).on('close', () => client.destroy());
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ours,
    strange,
    remove() {
      server.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** An authority, a server's certificate for 127.0.0.1 and a client's. */
function authority(root: string, name: string): string {
  const folder = join(root, name);
  mkdirSync(folder);
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca-key.pem', '-out', 'ca.pem', '-days', '2', '-subj', `/CN=${name}`);
  const signed = (file: string, keyFile: string, extensions: string): void => {
    writeFileSync(join(folder, 'extensions'), extensions);
    openssl('req', ...key, '-keyout', keyFile, '-out', 'request', '-subj', `/CN=${file}`);
    openssl(
      'x509',
      '-req',
      '-in',
      'request',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca-key.pem',
      '-CAcreateserial',
      '-out',
      file,
      '-days',
      '2',
      '-extfile',
      'extensions',
    );
  };
  signed('server.pem', 'server-key.pem', 'subjectAltName=IP:127.0.0.1\nextendedKeyUsage=serverAuth');
  signed('cert.pem', 'key.pem', 'extendedKeyUsage=clientAuth');
  return folder;
}
