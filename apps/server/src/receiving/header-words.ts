const CR = 13;
const LF = 10;

/** Of a field so much is told. */
const MOST = 998;

/**
 * By what people know a message: its Message-ID and its Subject as they stand in the header, unfolded.
 *
 * @param header the start of the message; reading ends at the first empty line
 * @example
 * ```ts
 * headerWords(new TextEncoder().encode('Subject: Hello\r\n world\r\n\r\n')) // { subject: 'Hello world' }
 * ```
 */
export function headerWords(header: Uint8Array): { readonly headerMessageId?: string; readonly subject?: string } {
  let headerMessageId: string | undefined;
  let subject: string | undefined;
  for (let at = 0; at < header.length;) {
    const first = header[at] ?? 0;
    if (first === CR || first === LF) break;
    const lower = first | 0x20;
    const isEither = lower === 0x6d || lower === 0x73;
    const end = isEither ? endOfField(header, at) : endOfLine(header, at);
    if (isEither) {
      const line = new TextDecoder().decode(header.subarray(at, Math.min(end, at + MOST)));
      const [, name = '', value = ''] = /^(message-id|subject)[ \t]*:([^]*)$/i.exec(line) ?? [];
      if (name.length === 'message-id'.length) headerMessageId ??= unfolded(value);
      else if (name !== '') subject ??= unfolded(value);
    }
    at = end;
  }
  return {
    ...(headerMessageId === undefined ? {} : { headerMessageId }),
    ...(subject === undefined ? {} : { subject }),
  };
}

function unfolded(value: string): string {
  return value.replace(/\r?\n/g, '').trim();
}

function endOfLine(header: Uint8Array, at: number): number {
  const end = header.indexOf(LF, at);
  return end < 0 ? header.length : end + 1;
}

function endOfField(header: Uint8Array, at: number): number {
  let end = endOfLine(header, at);
  while (header[end] === 0x20 || header[end] === 0x09) end = endOfLine(header, end);
  return end;
}
