/** What a domain says about TLS of its mail exchangers. RFC 8461 §3.2 */
export interface StsPolicy {
  readonly mode: 'enforce' | 'testing' | 'none';
  /** Names of exchangers in lower case; `*.example.org` stands for one label. */
  readonly mx: readonly string[];
  readonly maxAgeSeconds: number;
}

/**
 * The id of the policy of a domain, by the TXT records at `_mta-sts.DOMAIN`; undefined if there is none.
 *
 *     sts-text-record = "v=STSv1" 1*(*WSP ";" *WSP name "=" value) [";"]
 *
 * Records that do not begin with the version are passed over; if not exactly one is left there is no policy.
 * RFC 8461 §3.1
 *
 * @example readStsRecord(['v=STSv1; id=20160831085700Z;']) // '20160831085700Z'
 */
export function readStsRecord(records: readonly string[]): string | undefined {
  const [record, ...others] = records.filter((text) => /^v=STSv1[\t ]*;/.test(text));
  if (record === undefined || others.length > 0) return undefined;
  for (const field of record.split(';').slice(1)) {
    const id = /^[\t ]*id=([A-Za-z0-9]{1,32})[\t ]*$/.exec(field)?.[1];
    if (id !== undefined) return id;
  }
  return undefined;
}

/** RFC 8461 §3.2: about a year; what is longer counts as that. */
const maxMaxAge = 31_557_600;
/** More names than any domain has; the rest is not read. */
const maxNames = 1000;

/**
 * Reads a policy file; undefined if it is none. Of a key that stands twice the first counts, except for `mx`; unknown
 * keys are passed over.
 *
 *     version: STSv1
 *     mode: enforce / testing / none
 *     mx: HOST / *.DOMAIN              ; any number of times; at least once unless the mode is none
 *     max_age: SECONDS
 *
 * RFC 8461 §3.2
 *
 * @example parseStsPolicy('version: STSv1\nmode: enforce\nmx: mail.ivory.edu\nmax_age: 86400\n')?.mx // ['mail.ivory.edu']
 */
export function parseStsPolicy(text: string): StsPolicy | undefined {
  const first = new Map<string, string>();
  const mx: string[] = [];
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon < 0) continue;
    const key = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (key === 'mx' && mx.length < maxNames) mx.push(value.toLowerCase().replace(/\.$/, ''));
    if (!first.has(key)) first.set(key, value);
  }
  const mode = first.get('mode');
  const maxAge = first.get('max_age') ?? '';
  if (first.get('version') !== 'STSv1' || !/^\d{1,10}$/.test(maxAge)) return undefined;
  if (mode !== 'enforce' && mode !== 'testing' && mode !== 'none') return undefined;
  if (mode !== 'none' && mx.length === 0) return undefined;
  return { mode, mx, maxAgeSeconds: Math.min(Number(maxAge), maxMaxAge) };
}

/**
 * Whether a policy names an exchanger. A `*` stands for the first label, and for just one. RFC 8461 §4.1
 *
 * @example namesExchanger({ mode: 'enforce', mx: ['*.ivory.edu'], maxAgeSeconds: 86400 }, 'a.ivory.edu') // true
 */
export function namesExchanger(policy: StsPolicy, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, '');
  const dot = name.indexOf('.');
  return policy.mx.some((pattern) =>
    pattern.startsWith('*.') ? dot > 0 && name.slice(dot) === pattern.slice(1) : pattern === name,
  );
}
