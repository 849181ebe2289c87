import { XtextError, decodeXtext } from '@dsnkit/xtext';

/**
 * Decode xtext that stands for printable ASCII, as ENVID and ORCPT have to. RFC 3461 §4.2, §4.4.
 *
 * @throws {XtextError} also for what is not printable; `offset` is always one in the xtext
 */
export function decodePrintableXtext(xtext: string): string {
  const text = decodeXtext(xtext);
  // Without a hexchar it is the same string, all of whose characters are printable.
  const offset = text === xtext ? -1 : xtext.search(HEXCHAR_OF_CONTROL);
  if (offset >= 0) throw new XtextError('not-printable', offset);
  return text;
}

/** HTAB is white space, and so printable. */
const HEXCHAR_OF_CONTROL = /\+(?:0[0-8A-F]|1|7F)/;
