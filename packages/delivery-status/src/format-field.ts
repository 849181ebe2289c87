import { formatComment } from './comments.ts';
import { formatDate } from './date.ts';
import { DeliveryStatusError } from './error.ts';
import { encodeWords } from './encoded-word.ts';
import { assertFieldName } from './fields.ts';
import { assertClean, foldField, foldLines, plainField } from './fold.ts';
import { hasLoneSurrogate } from './octets.ts';
import { knownField, type KnownField } from './known-fields.ts';
import { isAtom, isFutureRelease, isLanguageTag } from './read-value.ts';
import { splitReply } from './smtp-reply.ts';
import { isStatusCode } from './status-code.ts';
import { ACTIONS, type Field, type LocalizedDiagnostic, type TypedValue } from './types.ts';

/** A group of either kind, looked at by key. */
export type Group = Readonly<Record<string, unknown>>;

/** Writes single fields, each with its line end, in the way that the document wants them. */
export class FieldWriter {
  readonly lineEnd: string;
  readonly #ascii: boolean;

  /** @param ascii Whether new text may not go beyond ASCII. */
  constructor(lineEnd: string, ascii: boolean) {
    this.lineEnd = lineEnd;
    this.#ascii = ascii;
  }

  /** The known field of a group, each time that it occurs; nothing if the group does not have it. */
  known(field: KnownField, group: Group): string {
    return group[field.key] === undefined ? '' : this.#finish(field.name, formatKnown(field, group, this.#ascii));
  }

  /** A diagnostic in one language. RFC 6533 §4.1. */
  localized(item: LocalizedDiagnostic): string {
    return this.#finish(LOCALIZED_DIAGNOSTIC, formatLocalized(item));
  }

  /** A field that this package does not know. A known name here would say something twice. RFC 3464 §2.4. */
  extension({ name, value }: Field): string {
    assertFieldName(name);
    if (knownField(name))
      throw new DeliveryStatusError('known-name', `${name} has a property of its own`, { field: name });
    return this.#finish(name, foldField(name, value));
  }

  #finish(name: string, text: string): string {
    const offset = this.#ascii ? text.search(/[^\x00-\x7f]/) : -1;
    if (offset >= 0) {
      throw new DeliveryStatusError(
        'not-ascii',
        `${name}: a character beyond ASCII, which only message/global-delivery-status may carry`,
        { field: name },
      );
    }
    return this.lineEnd === '\r\n' ? text : text.replaceAll('\r\n', this.lineEnd);
  }
}

function formatKnown(field: KnownField, group: Group, ascii: boolean): string {
  const { name } = field;
  const value = group[field.key];
  switch (field.kind) {
    case 'text':
      return plainField(name, value as string);
    case 'typed':
      return formatTyped(name, value as TypedValue);
    case 'date':
      return plainField(name, formatFieldDate(name, value as Date));
    case 'action':
      if (!ACTIONS.has(value as string))
        throw new DeliveryStatusError('bad-action', `not an action: ${String(value)}`, { field: name });
      return withComment(name, value as string, group['actionComment'], ascii);
    case 'status':
      if (!isStatusCode(value as string))
        throw new DeliveryStatusError('bad-status', `not a status code: ${String(value)}`, { field: name });
      return withComment(name, value as string, group['statusComment'], ascii);
    case 'future-release':
      if (isFutureRelease(value as string)) return plainField(name, value as string);
      throw new DeliveryStatusError('bad-future-release', 'neither "for;" seconds nor "until;" a date', {
        field: name,
      });
    case 'localized':
      return (value as readonly LocalizedDiagnostic[]).map(formatLocalized).join('');
  }
}

function formatTyped(name: string, { type, value }: TypedValue): string {
  if (!isAtom(type, type.length))
    throw new DeliveryStatusError('bad-type', `${name}: not a type: ${JSON.stringify(type)}`, { field: name });
  // What replaces it where octets are made would be another address.
  if (name.endsWith('-Recipient') && hasLoneSurrogate(value))
    throw new DeliveryStatusError('lone-surrogate', `${name}: half a surrogate pair`, { field: name });
  if (name !== 'Diagnostic-Code') return plainField(name, `${type}; ${value}`);
  // RFC 3461 §9.2: each line of the reply on a line of its own, where unfolding gives the value back.
  const lines = splitReply(value).map((line) => line.trim());
  const [first = '', ...others] = lines.length > 1 && lines.join(' ') === value ? lines : [value];
  return foldLines(name, type, [first, ...others]);
}

function formatLocalized({ language, text }: LocalizedDiagnostic): string {
  const field = LOCALIZED_DIAGNOSTIC;
  if (!isLanguageTag(language))
    throw new DeliveryStatusError('bad-language', `not a language tag: ${JSON.stringify(language)}`, { field });
  return foldLines(field, language, [text]);
}

const LOCALIZED_DIAGNOSTIC = 'Localized-Diagnostic';

function formatFieldDate(name: string, value: Date): string {
  try {
    return formatDate(value);
  } catch {
    throw new DeliveryStatusError('bad-date', `${name}: not a date that a field can carry`, { field: name });
  }
}

function withComment(name: string, value: string, comment: unknown, ascii: boolean): string {
  if (comment === undefined || comment === '') return foldField(name, value);
  const plain = comment as string;
  assertClean(name, plain);
  // RFC 3464 §2.1.1: comments may use encoded-words, and what looks like one would be read as one.
  const text = ascii || plain.includes('=?') ? encodeWords(plain) : plain;
  return foldField(name, `${value} ${formatComment(text)}`);
}
