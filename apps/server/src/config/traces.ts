import type * as v from 'valibot';
import type { TracesConfig } from './model.ts';
import { required, table, text } from './settings.ts';

const allowed = 'an http:// or https:// URL such as http://127.0.0.1:4318/v1/traces, without user name and password';

/** Whoever names a password in a URL wants it sent, and `fetch` refuses such URLs: they would only ever fail. */
const endpoint = text(allowed, (value) => {
  if (!URL.canParse(value)) return undefined;
  const { protocol, username, password } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '' ? value : undefined;
});

/** The `[traces]` table. */
export const traces: v.GenericSchema<unknown, TracesConfig> = table({ endpoint: required(endpoint) });
