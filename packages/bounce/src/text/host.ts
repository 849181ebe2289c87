/** The remote host that words name, as `host mx.example.org[192.0.2.7] said` does; `undefined` if they name none. */
export function findHost(text: string, from: number, to: number): string | undefined {
  const window = text.slice(from, Math.min(to, from + 1500));
  const groups: readonly (string | undefined)[] = HOST.exec(window)?.slice(1) ?? [];
  for (const group of groups) if (group !== undefined) return group.replace(/[.:]+$/, '');
  return undefined;
}

const HOST =
  /\bhost\s+([a-z0-9-]+(?:\.[a-z0-9-]+)+)\s{0,3}\[|while talking to ([a-z0-9-]+(?:\.[a-z0-9-]+)+)|\bby ([a-z0-9-]+(?:\.[a-z0-9-]+)+)\.? \[|connect to\s+([a-z0-9-]+(?:\.[a-z0-9-]+)+)\[|conversation with\s+([a-z0-9-]+(?:\.[a-z0-9-]+)+)\[|(?:^|\n)\s*host:?\s+([a-z0-9-]+(?:\.[a-z0-9-]+)+)|(?:^|\n)\s*((?:\d{1,3}\.){3}\d{1,3}) (?:does not like|failed)|connected to ((?:\d{1,3}\.){3}\d{1,3})|server ([a-z0-9-]+(?:\.[a-z0-9-]+)+)\[|(?:^|\n)\s*([a-z0-9-]+(?:\.[a-z0-9-]+)+) \[[\d.]+\](?: did not|:\s)/i;
