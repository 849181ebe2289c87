import * as v from 'valibot';
import type { BodiesConfig, Config } from './model.ts';
import type { Fault } from './read.ts';
import { optional, required, table, text } from './settings.ts';
import { resolvePath } from './units.ts';

const endpoint = text('an https:// or http:// URL such as https://s3.example.org:9000, without path', (value) => {
  if (!URL.canParse(value)) return undefined;
  const { protocol, username, password, pathname, search, hash } = new URL(value);
  const isBare = username === '' && password === '' && pathname === '/' && search === '' && hash === '';
  return (protocol === 'https:' || protocol === 'http:') && isBare ? value : undefined;
});
const bucket = text('the name of a bucket: 3 to 63 small letters, digits, dots and hyphens', (value) =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) ? value : undefined,
);
const region = text('the name of a region such as eu-central-1', (value) =>
  /^[\w-]{1,64}$/.test(value) ? value : undefined,
);
const prefix = text('up to 100 letters, digits, dots, hyphens and underscores, with slashes between', (value) =>
  /^[\w-][\w.-]*(?:\/[\w-][\w.-]*)*\/?$/.test(value) && value.length <= 100 ? value : undefined,
);
const accessKey = text('an access key without spaces', (value) => (/^[!-~]{1,256}$/.test(value) ? value : undefined));

/** The `[bodies]` table. */
export function bodies(folder: string): v.GenericSchema<unknown, BodiesConfig> {
  const file = text('the path of a file', (value) =>
    /^[^\u0000]+$/.test(value) ? resolvePath(folder, value) : undefined,
  );
  return v.pipe(
    table({
      endpoint: required(endpoint),
      bucket: required(bucket),
      region: optional(region, 'us-east-1'),
      prefix: optional(prefix, ''),
      'access-key': required(accessKey),
      'secret-key-file': required(file),
    }),
    v.transform(({ 'access-key': key, 'secret-key-file': secretKeyFile, ...rest }): BodiesConfig => ({
      ...rest,
      ...{ accessKey: key, secretKeyFile },
    })),
  );
}

/** A folder of one machine keeps its large contents itself. */
export function bodiesFaults({ bodies: read, store }: Config): readonly Fault[] {
  if (read === undefined || store.kind === 'postgres') return [];
  return [{ path: ['bodies'], what: 'has no meaning with sqlite:; allowed: only with store = "postgres://…"' }];
}

/**
 * The configuration with the secret key of the bucket.
 *
 * @param read - Gives the text of a file; what it throws is passed on.
 * @param fault - Makes the error for a file that holds no secret; it is told what is wrong, and the name of that.
 */
export function withBucketSecret<C extends { readonly bodies?: BodiesConfig }>(
  config: C,
  read: (path: string) => string,
  fault: (what: string, name: string) => Error,
): C {
  if (config.bodies === undefined) return config;
  const { secretKeyFile } = config.bodies;
  const secretKey = read(secretKeyFile).replace(/\r?\n$/, '');
  if (!/^[!-~]{1,1024}$/.test(secretKey))
    throw fault(`${secretKeyFile}: expected one line of printable characters without spaces`, secretKeyFile);
  return { ...config, bodies: { ...config.bodies, secretKey } };
}
