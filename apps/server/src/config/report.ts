import * as v from 'valibot';
import type { Fault } from './read.ts';
import { isAddress, isDomain } from '../routing/address.ts';
import { duration, durationOrNever } from './duration.ts';
import type { Config, DkimConfig, ReportConfig } from './model.ts';
import { flag, listOf, optional, required, table, tables, text, whole } from './settings.ts';
import { resolvePath } from './units.ts';

const address = text('an address such as bob@example.org', (value) => (isAddress(value) ? value : undefined));

const languageTag = text('a language tag such as "de" or "pt-BR"', (value) =>
  /^[A-Za-z]{2,8}(?:-[0-9A-Za-z]{1,8}){0,8}$/.test(value) ? value : undefined,
);

const asciiDomain = text('a domain in ASCII', (value) =>
  isDomain(value) && /^[a-z0-9.-]+$/i.test(value) ? value : undefined,
);

/** RFC 6376 §3.1: labels, joined by dots. */
const selector = text('a selector such as "s2026"', (value) =>
  /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i.test(value) ? value : undefined,
);

/** The `[report]` table. */
export function report(folder: string): v.GenericSchema<unknown, ReportConfig> {
  const file = text('the path of a file', (value) =>
    /^[^\u0000]+$/.test(value) ? resolvePath(folder, value) : undefined,
  );
  const dkim = v.pipe(
    table({ domain: required(asciiDomain), selector: required(selector), 'key-file': required(file) }),
    v.transform(({ 'key-file': keyFile, ...rest }): DkimConfig => ({ ...rest, keyFile })),
  );
  return v.pipe(
    table({
      'returned-max-octets': optional(whole(0), 50_000),
      postmaster: optional(address, undefined),
      language: optional(languageTag, undefined),
      languages: optional(listOf(languageTag, 1), undefined),
      texts: optional(listOf(file, 0), []),
      html: optional(flag(), false),
      'max-per-minute': optional(whole(1), 100),
      'digest-every': optional(durationOrNever('30m or 1h', '1m'), 3_600_000),
      'return-path-memory': optional(duration('14d', '1h'), 14 * 86_400_000),
      dkim: v.optional(tables(dkim), []),
    }),
    v.transform((file): ReportConfig => {
      const { postmaster, language, languages, texts, html, dkim: keys } = file;
      const digestEveryMs = file['digest-every'];
      return {
        returnedMaxOctets: file['returned-max-octets'],
        maxPerMinute: file['max-per-minute'],
        returnPathMemoryMs: file['return-path-memory'],
        ...{ texts, html, dkim: keys },
        ...(postmaster === undefined ? {} : { postmaster }),
        ...(language === undefined ? {} : { language }),
        ...(languages === undefined ? {} : { languages }),
        ...(digestEveryMs === 'never' ? {} : { digestEveryMs }),
      };
    }),
  );
}

/** A signature counts for the address in From only if its domain is that of the address, or above it (RFC 7489 §3.1.1). */
export function reportFaults({ hostname, report: { dkim } }: Pick<Config, 'hostname' | 'report'>): readonly Fault[] {
  return dkim.flatMap(({ domain }, i) => {
    const fits = `.${hostname.toLowerCase()}`.endsWith(`.${domain.toLowerCase()}`);
    const what = `"${domain}" is not the domain of ${hostname}; allowed: ${hostname} or a domain above it`;
    return fits ? [] : [{ path: ['report', 'dkim', i, 'domain'], what }];
  });
}
