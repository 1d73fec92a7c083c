import type { Endpoint } from './endpoint.ts';

/** The engine cannot be reached, and it is known why: the message is for people as it is. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

const TLS = /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|HOSTNAME_MISMATCH)/;

/** What can be said better of an error on the way to this engine; else the error itself. */
export function explained(error: NodeJS.ErrnoException, endpoint: Endpoint): Error {
  const { code = '', message } = error;
  if (endpoint.by === 'tcp' && (TLS.test(code) || /alert (certificate|bad certificate|unknown ca|handshake)|EPROTO/i.test(message)))
    return new LinkError(tlsProblem(code, message, endpoint.host), { cause: error });
  if (endpoint.by === 'tcp' && endpoint.tls === undefined && /HTTP request to an HTTPS server/.test(message))
    return new LinkError(
      'Docker wants TLS there. Name its certificates by a Docker context, or by DOCKER_TLS_VERIFY and DOCKER_CERT_PATH.',
      {
        cause: error,
      },
    );
  if (endpoint.by === 'tcp' && endpoint.tls && (code === 'ECONNRESET' || /socket hang up/.test(message)))
    return new LinkError(
      `Docker on ${endpoint.host} ended the TLS connection. Is it running, and does it trust this machine’s certificate (\`cert.pem\`)?`,
      { cause: error },
    );
  if (endpoint.by === 'socket' && code === 'EACCES')
    return new LinkError(
      'Docker is there, but you may not use its socket. Add yourself to the group `docker` and log in anew, or use a rootless engine.',
      { cause: error },
    );
  return error;
}

function tlsProblem(code: string, message: string, host: string): string {
  const which = `Docker on ${host} was not trusted over TLS`;
  if (code === 'CERT_HAS_EXPIRED') return `${which}: its certificate has expired. Make it anew.`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `${which}: its certificate is for another name. Use the name that stands in the certificate.`;
  if (/^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_)/.test(code))
    return `${which}: its certificate is not signed by the authority in \`ca.pem\`. Put the right one into the context or DOCKER_CERT_PATH.`;
  if (/alert/i.test(`${code} ${message}`))
    return `Docker on ${host} refused this machine’s certificate. Put \`cert.pem\` and \`key.pem\` that its authority signed into the context or DOCKER_CERT_PATH.`;
  return `Docker on ${host} could not be spoken to over TLS (${code || message.slice(0, 100)}).`;
}

/** What `ssh` said when it ended, for people. */
export function sshProblem(said: string, host: string): LinkError {
  const last = said.trim().split('\n').at(-1)?.slice(0, 200) || 'it ended without a word';
  return new LinkError(
    `Docker on ${host} cannot be reached by ssh: ${adviceOn(said, host) ?? `${last}. Try \`ssh ${host} docker version\` in a terminal.`}`,
    {
      cause: said.slice(-2000),
    },
  );
}

function adviceOn(said: string, host: string): string | undefined {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said))
    return `its key is not the one that is known. Find out why, then correct \`known_hosts\`.`;
  if (/Host key verification failed|No .* host key is known/.test(said))
    return `its key is not known yet. Run \`ssh ${host}\` in a terminal once and confirm it.`;
  if (/permission denied while trying to connect|Got permission denied|connect: permission denied/i.test(said))
    return 'that account may not use Docker there. Add it to the group `docker`.';
  if (/Permission denied|Too many authentication failures/.test(said))
    return 'it took none of your keys. Prewarm never asks for a password: add your key with `ssh-add`, or name it in `~/.ssh/config`.';
  if (/docker.*(not found|not recognized)|command not found/.test(said))
    return 'there is no `docker` on the path of that account. Install it there.';
  if (/Cannot connect to the Docker daemon|Is the docker daemon running/.test(said)) return 'no engine runs there. Start it.';
  return undefined;
}
