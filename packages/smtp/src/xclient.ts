import { XtextError, decodeXtextOctets } from '@dsnkit/xtext';
import { caught } from './error.ts';
import { decodeUtf8 } from './text.ts';

/**
 * The attributes of an XCLIENT command, or undefined where one is malformed, repeated or not among `names`.
 *
 *     xclient = "XCLIENT" 1*( SP name "=" xtext )
 */
export function readXclient(argument: string, names: string | undefined): ReadonlyMap<string, string> | undefined {
  const allowed = names?.toUpperCase().split(' ');
  const attributes = new Map<string, string>();
  for (const word of argument.split(' ')) {
    const equals = word.indexOf('=');
    const name = word.slice(0, equals).toUpperCase();
    const value = equals < 1 ? undefined : decode(word.slice(equals + 1));
    if (value === undefined || allowed?.includes(name) !== true || attributes.has(name)) return undefined;
    attributes.set(name, value);
  }
  return attributes;
}

/** Printable text only: the values end up in logs and trace fields. */
function decode(xtext: string): string | undefined {
  try {
    const text = decodeUtf8(decodeXtextOctets(xtext));
    return text === undefined || /[\x00-\x1F\x7F]/.test(text) ? undefined : text;
  } catch (error) {
    caught(error, XtextError);
    return undefined;
  }
}
