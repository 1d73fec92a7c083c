import type { DatasetSource } from '../../domain/index.ts';
import { type Environment, fileOf } from './httpSource.ts';
import type { Remote } from './remote.ts';

type S3 = Extract<DatasetSource, { type: 's3' }>;

/**
 * An object of Amazon S3 or a store that speaks like it, signed (SigV4) with the keys of the environment, by the names that every
 * tool of S3 uses; without keys it is asked anonymously, as public buckets allow.
 */
export function s3Request({ bucket, key, endpoint }: S3, environment: Environment): Pick<Remote, 'file' | 'shown' | 'request'> {
  const region = environment.AWS_REGION || environment.AWS_DEFAULT_REGION || 'us-east-1';
  const path = key.split('/').map(encodeURIComponent).join('/');
  const url = endpoint ? `${endpoint}/${bucket}/${path}` : `https://${bucket}.s3.${region}.amazonaws.com/${path}`;
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken } = environment;
  return {
    shown: `s3://${bucket}/${key}`,
    file: fileOf(key),
    async request(headers, signal) {
      if (!accessKeyId || !secretAccessKey) return fetch(url, { headers, signal });
      const { AwsV4Signer } = await import('aws4fetch');
      const keys = { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
      const signed = await new AwsV4Signer({ ...keys, url, headers, region, service: 's3' }).sign();
      return fetch(signed.url, { headers: signed.headers, signal });
    },
  };
}
