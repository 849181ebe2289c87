import * as v from 'valibot';
import { isAddress } from '../routing/address.ts';
import type { ReportConfig } from './model.ts';
import { flag, listOf, optional, table, text, whole } from './settings.ts';
import { resolvePath } from './units.ts';

const address = text('an address such as bob@example.org', (value) => (isAddress(value) ? value : undefined));

const languageTag = text('a language tag such as "de" or "pt-BR"', (value) =>
  /^[A-Za-z]{2,8}(?:-[0-9A-Za-z]{1,8}){0,8}$/.test(value) ? value : undefined,
);

/** The `[report]` table. */
export function report(folder: string): v.GenericSchema<unknown, ReportConfig> {
  const file = text('the path of a file', (value) =>
    /^[^\u0000]+$/.test(value) ? resolvePath(folder, value) : undefined,
  );
  return v.pipe(
    table({
      'returned-max-octets': optional(whole(0), 50_000),
      postmaster: optional(address, undefined),
      language: optional(languageTag, undefined),
      languages: optional(listOf(languageTag, 1), undefined),
      texts: optional(listOf(file, 0), []),
      html: optional(flag(), true),
    }),
    v.transform(
      ({ 'returned-max-octets': returnedMaxOctets, postmaster, language, languages, ...rest }): ReportConfig => ({
        returnedMaxOctets,
        ...(postmaster === undefined ? {} : { postmaster }),
        ...(language === undefined ? {} : { language }),
        ...(languages === undefined ? {} : { languages }),
        ...rest,
      }),
    ),
  );
}
