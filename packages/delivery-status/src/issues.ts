import type { Issue, IssueCode } from './types.ts';

/** A hostile text can be all issues; beyond this many they say nothing new and would cost memory. */
export const ISSUE_LIMIT = 1000;

/** The same of fields: so many in one block, and so many extensions in one document, are more than any report has. */
export const FIELD_LIMIT = 100_000;

/** Clause, what is wrong, and what was made of it. An empty clause is the one of the field. */
type Meaning = readonly [clause: string, message: string, repaired?: string];

const MEANINGS: Readonly<Record<IssueCode, Meaning>> = {
  'bare-cr': ['RFC 3464 §2.1', 'a line ends with CR alone', 'taken as a line end'],
  'byte-order-mark': ['RFC 3464 §2.1', 'a byte order mark before the first field', 'left out'],
  'mixed-line-ends': ['RFC 3464 §2.1', 'some lines end with CRLF, others with LF alone', 'both taken as line ends'],
  'missing-final-line-end': ['RFC 3464 §2.1', 'the last line has no end', 'taken as whole'],
  'extra-blank-line': ['RFC 3464 §2.1', 'blank lines where none belong', 'ignored'],
  'missing-blank-line': ['RFC 3464 §2.3', 'no blank line before the fields of a recipient', 'a new group starts here'],
  'stray-blank-line': ['RFC 3464 §2.3', 'a blank line inside a group', 'ignored'],
  'orphan-continuation': ['RFC 3464 §2.1.1', 'a continuation line that continues nothing', 'left out'],
  'unindented-continuation': [
    'RFC 3464 §2.1.1',
    'a line that is neither a field nor indented',
    'joined to the field above',
  ],
  'not-a-field': ['RFC 3464 §2.1', 'a line that is not a field', 'left out'],
  'space-before-colon': ['RFC 5322 §4.5.8', 'white space between name and colon', 'ignored'],
  'line-too-long': ['RFC 5322 §2.1.1', 'a line of more than 998 characters', 'read whole'],
  'control-character': ['RFC 5322 §2.2', 'a control character in the value', 'kept as it is'],
  'non-ascii': ['RFC 3464 §2.1', 'a character beyond ASCII', 'kept as it is'],
  'duplicate-field': ['RFC 3464 §2.2', 'the field stands twice in its group', 'the first one counts'],
  'misplaced-field': [
    'RFC 3464 §2.2',
    'a field of the message among those of a recipient',
    'read as a field of the message',
  ],
  'missing-field': ['', 'the field is missing'],
  'no-recipients': ['RFC 3464 §2.1', 'no recipient is reported on'],
  'missing-type': ['RFC 3464 §2.1.2', 'no type stands before the value', 'value kept, type left empty'],
  'missing-value': ['', 'the field is empty'],
  'unclosed-comment': ['RFC 3464 §2.1.1', 'a comment has no end', 'the rest taken as comment'],
  'unknown-action': ['RFC 3464 §2.3.3', 'none of failed, delayed, delivered, relayed and expanded'],
  'tracking-action': ['RFC 3886 §3.3.3', 'an action of message tracking, not of delivery status'],
  'text-after-action': ['RFC 3464 §2.3.3', 'text after the action that is not a comment', 'taken as comment'],
  'bad-status': ['RFC 3464 §2.3.4', 'not an enhanced status code'],
  'status-class': ['RFC 3464 §2.3.4', 'the class is none of 2, 4 and 5'],
  'status-spacing': ['RFC 3464 §2.3.4', 'white space or a comment inside the code', 'left out'],
  'status-leading-zero': ['RFC 3464 §2.3.4', 'a number with leading zeros', 'zeros left out'],
  'text-after-status': ['RFC 3464 §2.3.4', 'text after the code that is not a comment', 'taken as comment'],
  'bad-date': ['', 'not a date that can be read'],
  'obsolete-date': ['', 'a date in a form that is no longer written'],
  'wrong-weekday': ['RFC 5322 §3.3', 'the day of the week is not the one of the date', 'ignored'],
  'retry-date-without-delay': ['RFC 3464 §2.3.9', 'the action is not delayed'],
  'bad-language': ['RFC 6533 §4.1', 'no language tag stands before the text'],
  'duplicate-language': ['RFC 6533 §4.1', 'a second text in one language'],
  'localized-without-diagnostic': ['RFC 6533 §4.1', 'there is no Diagnostic-Code for it to translate'],
  'non-ascii-type': ['RFC 6533 §4.1', 'only type utf-8 has addresses beyond ASCII', 'kept as it is'],
  'bad-future-release': ['RFC 4865 §5.1.2', 'neither "for;" seconds nor "until;" a date-time'],
  'encoded-body': ['RFC 3464 §2.1', 'the body is in a transfer encoding other than 7bit', 'decoded'],
  'unregistered-status': ['RFC 3461 §6.3(g)', 'a code that is not registered'],
  'deprecated-status': ['RFC 5248 §2', 'a code that is no longer to be used'],
  'unusual-class': ['RFC 3463 §3', 'the code is meant for another class'],
  'status-contradicts-action': ['RFC 3464 §2.3.3', 'the class of the status does not go with the action'],
  'unregistered-type': ['RFC 3464 §2.1.2', 'a type that is neither registered nor starts with X-'],
  'unqualified-name': ['RFC 3461 §9.3', 'a name of type dns has a domain or is an address literal'],
  'diagnostic-without-remote-mta': ['RFC 3464 §2.3.6', 'a reply, but no Remote-MTA that it came from'],
  'diagnostic-without-code': ['RFC 3461 §9.2', 'type smtp, but no reply code'],
  'unregistered-extension': ['RFC 3464 §2.4', 'a field that is neither registered nor starts with X-'],
  'field-order': ['RFC 3464 §2.3', 'not in the order of the grammar'],
  'escaped-address': ['RFC 6533 §4.1', 'an escaped address where UTF-8 may stand'],
  'too-many-fields': ['RFC 6533 §7', `more than ${FIELD_LIMIT} fields`, 'the rest is left out'],
  'too-many-issues': ['RFC 6533 §7', `more than ${ISSUE_LIMIT} issues; the rest is left out`],
};

/** What an issue is about, beyond its line. */
interface About {
  /** The field's name. */
  readonly name?: string;
  /** The field's clause, for codes that have none of their own. */
  readonly clause?: string;
}

/** Collects issues up to {@link ISSUE_LIMIT}, then says once that there were more. */
export class IssueList {
  readonly items: Issue[] = [];

  /** @param repaired What was made of it, where the catalogue cannot know. `''` if nothing was. */
  add(code: IssueCode, line: number, about?: About, repaired?: string): void {
    const { items } = this;
    if (items.length < ISSUE_LIMIT) items.push(describe(code, line, about, repaired));
    else if (items.length === ISSUE_LIMIT) items.push(describe('too-many-issues', line));
  }
}

function describe(code: IssueCode, line: number, about: About = {}, repaired?: string): Issue {
  const [clause, message, usual = ''] = MEANINGS[code];
  const { name, clause: clauseOfField = '' } = about;
  const issue: { -readonly [K in keyof Issue]: Issue[K] } = { code, line, clause: clause || clauseOfField, message };
  const made = repaired ?? usual;
  if (name !== undefined) issue.field = name;
  if (made !== '') issue.repaired = made;
  return issue;
}
