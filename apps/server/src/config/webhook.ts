import * as v from 'valibot';
import { eventKinds } from '../events/kinds.ts';
import type { EventKind } from '../model.ts';
import { duration } from './duration.ts';
import type { Config, WebhookConfig } from './model.ts';
import type { Fault } from './read.ts';
import { listOf, oneOf, optional, required, secretText, table, text } from './settings.ts';
import { resolvePath } from './units.ts';

const url = text('an http:// or https:// URL without user name and password', (value) => {
  if (!URL.canParse(value)) return undefined;
  const { protocol, username, password } = new URL(value);
  return (protocol === 'https:' || protocol === 'http:') && username === '' && password === '' ? value : undefined;
});

/** 24 to 64 octets, as the Standard Webhooks specification wants. */
const SECRET =
  /^whsec_(?:(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==)?|(?:[A-Za-z0-9+/]{4}){8,20}[A-Za-z0-9+/]{3}=)$/;
const ALLOWED = '"whsec_" and 24 to 64 octets in base64';
const secret = secretText(ALLOWED, (value) => (SECRET.test(value) ? value : undefined));

const name = text('letters, digits, dots and dashes', (value) => (/^[\w.-]{1,64}$/.test(value) ? value : undefined));
const formerName = text('the name of a webhook', (value) => (/^\S{1,2000}$/.test(value) ? value : undefined));
const variable = text('the name of an environment variable', (value) =>
  /^[A-Za-z_]\w*$/.test(value) ? value : undefined,
);

/** One `[[webhook]]` table. */
export function webhook(folder: string): v.GenericSchema<unknown, WebhookConfig> {
  const file = text('the path of a file', (value) =>
    /^[^\u0000]+$/.test(value) ? resolvePath(folder, value) : undefined,
  );
  return v.pipe(
    table({
      name: optional(name, undefined),
      'renamed-from': optional(formerName, undefined),
      url: required(url),
      secret: optional(secret, undefined),
      'secret-file': optional(file, undefined),
      'secret-env': optional(variable, undefined),
      events: optional(listOf(oneOf(Object.keys(eventKinds) as EventKind[]), 1), undefined),
      timeout: optional(duration('10s', '1s', '1h'), 10_000),
      'give-up-after': optional(duration('10s or 3d', '1s'), 3 * 86_400_000),
    }),
    v.transform((read): WebhookConfig => ({
      name: read.name ?? read.url,
      ...(read['renamed-from'] === undefined ? {} : { renamedFrom: read['renamed-from'] }),
      url: read.url,
      secrets: read.secret === undefined ? [] : [read.secret],
      ...(read['secret-file'] === undefined ? {} : { secretFile: read['secret-file'] }),
      ...(read['secret-env'] === undefined ? {} : { secretEnv: read['secret-env'] }),
      ...(read.events === undefined ? {} : { events: new Set(read.events) }),
      timeoutMs: read.timeout,
      giveUpAfterMs: read['give-up-after'],
    })),
  );
}

/** What is wrong although each value by itself is right. */
export function webhookFaults({ webhooks }: Config): readonly Fault[] {
  const names = new Set<string>();
  const formerNames = new Set<string>();
  return webhooks.flatMap(({ name: own, renamedFrom, secrets, secretFile, secretEnv }, i): Fault[] => {
    const faults: Fault[] = [];
    const given = [secrets[0], secretFile, secretEnv].filter((each) => each !== undefined).length;
    if (given !== 1) {
      const what = `${given === 0 ? 'is missing' : 'is said in more than one way'}; allowed: one of secret, secret-file, secret-env`;
      faults.push({ path: ['webhook', i, 'secret'], what });
    }
    if (names.has(own))
      faults.push({ path: ['webhook', i, 'name'], what: `"${own}" stands twice; allowed: each name once` });
    names.add(own);
    if (
      renamedFrom !== undefined &&
      (formerNames.has(renamedFrom) || webhooks.some(({ name }) => name === renamedFrom))
    ) {
      const what = `"${renamedFrom}" goes on elsewhere; allowed: a name that is gone, once`;
      faults.push({ path: ['webhook', i, 'renamed-from'], what });
    }
    if (renamedFrom !== undefined) formerNames.add(renamedFrom);
    return faults;
  });
}

/**
 * The configuration with the secrets of the webhooks.
 *
 * @param read - Gives the text of a file; what it throws is passed on.
 * @param environment - Gives the value of an environment variable.
 * @param fault - Makes the error for what holds no secret; it is told what is wrong, and the name of that.
 */
export function withWebhookSecrets<C extends { readonly webhooks: readonly WebhookConfig[] }>(
  config: C,
  read: (path: string) => string,
  environment: (name: string) => string | undefined,
  fault: (what: string, name: string) => Error,
): C {
  const secretsOf = ({ secrets, secretFile, secretEnv }: WebhookConfig): readonly string[] => {
    if (secretFile === undefined && secretEnv === undefined) return secrets;
    const source = secretFile ?? secretEnv ?? '';
    const found = secretFile === undefined ? environment(source) : read(source);
    if (found === undefined) throw fault(`${source} is not set in the environment`, source);
    const lines = found.split(/\r?\n/).filter((line) => line.trim() !== '');
    if (lines.length === 0 || !lines.every((line) => SECRET.test(line)))
      throw fault(`${source}: expected ${ALLOWED}`, source);
    return lines;
  };
  return { ...config, webhooks: config.webhooks.map((each) => ({ ...each, secrets: secretsOf(each) })) };
}
