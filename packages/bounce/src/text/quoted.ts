/** What somebody quotes or forwards in the words of a mail. */
export interface Quotation {
  /** Where it begins in the text. */
  readonly start: number;
  /** It as a message: with the header that stands above it, or a bare body where none does. Lines end in LF. */
  readonly message: string;
  readonly hasHeader: boolean;
}

/**
 * Find what a text quotes or forwards: all below a header that a mail program has put there, or below words that name a mail
 * system as the writer (`MAILER-DAEMON@mx.example.net wrote:`); else each run of lines with a mark before them.
 *
 * Time is linear in the length of the text.
 *
 * @param isMailSystem whether a line names a mail system
 */
export function findQuotations(text: string, isMailSystem: (line: string) => boolean): readonly Quotation[] {
  const lines = linesOf(text);
  const begin = findBegin(lines, isMailSystem);
  if (begin !== undefined) return [toQuotation(lines.slice(begin.index), begin)];
  return runsOf(lines).map((run) => {
    const inner = run.map(({ start, text: line }) => ({ start, text: withoutMark(line) }));
    const begin = findBegin(inner, isMailSystem);
    // A bounce that returns a header with its words has one further down.
    return begin?.index === 0 ? toQuotation(inner, begin) : bareQuotation(inner);
  });
}

interface Line {
  readonly start: number;
  readonly text: string;
}

/** Where a forwarded message begins. */
interface Begin {
  /** Of its first line. */
  readonly index: number;
  /** How many lines stand before its body. */
  readonly length: number;
  /** Its header, in the names of RFC 5322 §3.6. */
  readonly header: readonly string[];
}

/** Marks before what is quoted in mail: of most programs, and of some that draw a bar. */
const MARK = /^ ?[>|] ?/;

/** How long the mark is that stands before a line; 0 where none does. */
export function markWidth(line: string): number {
  return MARK.exec(line)?.[0].length ?? 0;
}

/** A message that many have handed to and fro has many; each is looked at for itself. */
const MOST_RUNS = 8;

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return text.split('\n').map((line) => {
    const at = start;
    start += line.length + 1;
    return { start: at, text: line };
  });
}

function toQuotation(lines: readonly Line[], { header, length }: Begin): Quotation {
  const body = lines.slice(length).map(({ text }) => text);
  // Apple's programs mark what stands below such a line, too.
  const marked = body.filter((line) => MARK.test(line)).length;
  const plain = marked > 0 && marked >= body.filter((line) => line.trim() !== '').length / 2;
  const fields = [...header, 'Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'];
  return {
    start: lines[0]?.start ?? 0,
    message: `${fields.join('\n')}\n\n${(plain ? body.map(withoutMark) : body).join('\n')}\n`,
    hasHeader: true,
  };
}

function bareQuotation(lines: readonly Line[]): Quotation {
  return { start: lines[0]?.start ?? 0, message: `${lines.map(({ text }) => text).join('\n')}\n`, hasHeader: false };
}

function withoutMark(line: string): string {
  return line.replace(MARK, '');
}

/** Lines with marks that stand together; empty ones between them have lost theirs. */
function runsOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const runs: Line[][] = [];
  let run: Line[] | undefined;
  let empty: Line[] = [];
  for (const line of lines) {
    if (MARK.test(line.text)) {
      if (run === undefined) runs.push((run = []));
      for (const one of empty) run.push(one);
      run.push(line);
      empty = [];
    } else if (line.text.trim() === '') {
      if (run !== undefined) empty.push(line);
    } else {
      run = undefined;
      empty = [];
    }
  }
  return runs.slice(0, MOST_RUNS);
}

function findBegin(lines: readonly Line[], isMailSystem: (line: string) => boolean): Begin | undefined {
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]?.text ?? '';
    const header = fieldOf(line) === undefined ? undefined : headerFrom(lines, index);
    if (header !== undefined) return { index, ...header };
    if (saysWhoWrote(line) && isMailSystem(line))
      return { index, length: 1, header: [`From: ${line.slice(0, LONGEST_LINE)}`] };
  }
  return undefined;
}

/** `On Mon, 23 Nov 2026, MAILER-DAEMON@mx.example.net wrote:` */
function saysWhoWrote(line: string): boolean {
  return line.trimEnd().endsWith(':') && (line.includes('@') || line.includes('<')) && !MARK.test(line);
}

/** A value goes on in lines below; of a header people see few fields. */
const MOST_LINES = 40;

/** A header as programs put it above what they forward: some lines that stand together, of which one names the writer and one the subject. */
function headerFrom(lines: readonly Line[], from: number): Omit<Begin, 'index'> | undefined {
  const fields: { readonly name: string; value: string }[] = [];
  let at = from;
  for (; at < Math.min(lines.length, from + MOST_LINES); at++) {
    const line = lines[at]?.text ?? '';
    const field = fieldOf(line);
    // That of another message, which is forwarded in this one without a word.
    if (field !== undefined && fields.some(({ name }) => name === field.name)) break;
    if (field !== undefined) fields.push(field);
    else if (line.trim() !== '') {
      const last = fields.at(-1);
      if (last !== undefined) last.value += ` ${line.trim()}`;
    } else if (fieldOf(lines[at + 1]?.text ?? '') === undefined) break;
  }
  const names = new Set(fields.map(({ name }) => name));
  if (!names.has('From') || !names.has('Subject')) return undefined;
  return { length: at - from, header: fields.map(({ name, value }) => `${name}: ${value}`) };
}

const LONGEST_LINE = 1000;
const LONGEST_NAME = 24;

/** `From: …`, `*Von:* …`, `件名：…`. */
function fieldOf(line: string): { readonly name: string; value: string } | undefined {
  const found = /[:：]/.exec(line.slice(0, LONGEST_NAME + 6));
  if (found === null) return undefined;
  const name = NAMES.get(line.slice(0, found.index).replaceAll('*', '').trim().toLowerCase());
  if (name === undefined) return undefined;
  const value = line.slice(found.index + 1, LONGEST_LINE).trim();
  return { name, value: value.startsWith('*') ? value.slice(1).trim() : value };
}

/** How programs name the fields, in the languages of those who use them. */
const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    From: 'from|von|de|da|van|od|fra|från|lähettäjä|kimden|gönderen|от|від|από|差出人|送信者|发件人|寄件者|寄件人|보낸 사람|보낸사람|expéditeur|mittente|afzender|remetente|remitente|nadawca|odesílatel|feladó|expeditor|afsender|avsender|avsändare',
    To: 'to|an|à|a|para|aan|naar|do|komu|til|till|vastaanottaja|kime|alıcı|кому|προς|宛先|收件人|받는 사람|받는사람|destinataire|destinatario|címzett|către|modtager',
    Cc: 'cc|kopie|копия|抄送|副本|참조',
    Subject:
      'subject|betreff|objet|oggetto|asunto|assunto|onderwerp|temat|předmět|predmet|ämne|emne|aihe|konu|тема|θέμα|件名|主题|主旨|제목|tárgy|subiect',
    Date: 'date|sent|datum|gesendet|envoyé|date d’envoi|data|inviato|fecha|enviado|enviado el|enviada em|verzonden|wysłano|odesláno|skickat|sendt|lähetetty|päivämäärä|tarih|gönderildi|дата|отправлено|дата відправлення|ημερομηνία|日付|日時|送信日時|日期|发送时间|寄件日期|날짜|보낸 날짜|dátum|küldve|dato',
  }).flatMap(([name, words]) => words.split('|').map((word) => [word, name] as const)),
);
