import type * as v from 'valibot';
import type { TracesConfig } from './model.ts';
import { required, table, text } from './settings.ts';

const endpoint = text('an http:// or https:// URL such as http://127.0.0.1:4318/v1/traces', (value) =>
  URL.canParse(value) && /^https?:$/.test(new URL(value).protocol) ? value : undefined,
);

/** The `[traces]` table. */
export const traces: v.GenericSchema<unknown, TracesConfig> = table({ endpoint: required(endpoint) });
