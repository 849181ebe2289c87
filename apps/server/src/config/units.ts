const unitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Reads a span of time as milliseconds.
 *
 * ```
 * duration = 1*9DIGIT ( "ms" / "s" / "m" / "h" / "d" )
 * ```
 *
 * @returns undefined if it isn't one
 * @example
 * ```ts
 * parseDuration('30m') // 1_800_000
 * ```
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  const unitMs = unitsMs[match?.[2] ?? ''];
  return unitMs === undefined ? undefined : Number(match?.[1]) * unitMs;
}

/**
 * Reads `HOST:PORT`, where an IPv6 address stands in brackets.
 *
 * @returns undefined if it isn't one
 * @example
 * ```ts
 * parseHostPort('[::1]:25') // { host: '::1', port: 25 }
 * ```
 */
export function parseHostPort(text: string): { readonly host: string; readonly port: number } | undefined {
  const match = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_.-]{1,253})):(\d{1,5})$/i.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port > 65_535 ? undefined : { host, port };
}

/**
 * Resolves a path of the configuration against the folder of its file; knows POSIX and Windows absolute paths. `env:NAME`,
 * which stands for the value of a variable of the environment in place of a file of text, stays as it is.
 *
 * @example
 * ```ts
 * resolvePath('/etc/dsnd', './data') // '/etc/dsnd/data'
 * ```
 */
export function resolvePath(folder: string, path: string): string {
  if (/^([/\\]|[a-z]:[/\\]|env:[a-z_]\w*$)/i.test(path) || folder === '') return path;
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  let base = folder.replace(/[/\\]+$/, '');
  while (parts[0] === '..' && /[/\\][^/\\]*[^/\\.][^/\\]*$/.test(base)) {
    base = base.replace(/[/\\][^/\\]*$/, '');
    parts.shift();
  }
  return [base, ...parts].join('/');
}
