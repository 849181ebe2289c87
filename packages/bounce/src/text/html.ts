/** The words of HTML, line by line: enough to find sentences and addresses in it. One pass. */
export function plainText(html: string): string {
  let text = '';
  let at = 0;
  // An element that never ends is looked for once.
  const endless = new Set<string>();
  while (at < html.length) {
    const open = html.indexOf('<', at);
    if (open < 0) break;
    text += html.slice(at, open);
    const name = /^\/?[a-z][a-z0-9]*/i.exec(html.slice(open + 1, open + 12))?.[0].toLowerCase() ?? '';
    const skipped = SKIPPED.has(name) && !endless.has(name) ? html.indexOf(`</${name}`, open) : open;
    if (skipped < 0) endless.add(name);
    const close = html.indexOf('>', skipped < 0 ? open : skipped);
    // QUIRK: an address in angle brackets that nobody has escaped.
    if (
      name !== '' &&
      close >= 0 &&
      html.slice(open, Math.min(close, open + 80)).includes('@') &&
      !html.slice(open, close).includes('=')
    ) {
      text += html.slice(open, close + 1);
    } else if (BREAKS.test(name)) text += '\n';
    if (close < 0) return decodeEntities(text);
    at = close + 1;
  }
  return decodeEntities(text + html.slice(at));
}

const SKIPPED: ReadonlySet<string> = new Set(['style', 'script', 'head', 'title']);
const BREAKS = /^\/?(?:br|p|div|tr|td|table|h[1-6]|li|ul|ol|pre|blockquote|hr)$/;

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'", nbsp: ' ' };

function decodeEntities(text: string): string {
  return text.replace(
    /&(?:#(\d{1,7}|x[\da-f]{1,6})|([a-z]{2,6}));/gi,
    (whole, code: string | undefined, name: string | undefined) => {
      if (code === undefined) return ENTITIES[(name ?? '').toLowerCase()] ?? whole;
      const point = Number(code.replace(/^x/i, '0x'));
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}
