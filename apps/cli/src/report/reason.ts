import { parseStatusCode, type StatusCode } from '@dsnkit/delivery-status';

/** What a status code that is no success says, in plain words. */
export function reasonOfStatus(code: StatusCode): string {
  const { subject, detail } = parseStatusCode(code);
  return DETAILS.get(`${subject}.${detail}`) ?? SUBJECTS[subject] ?? 'no exact reason';
}

const DETAILS: ReadonlyMap<string, string> = new Map([
  ['1.1', 'no such mailbox'],
  ['1.2', 'no such domain'],
  ['1.10', 'no such domain'],
  ['2.1', 'mailbox closed'],
  ['2.2', 'mailbox full'],
  ['2.3', 'message too big'],
  ['3.4', 'message too big'],
  ['4.4', 'no such domain'],
  ['4.6', 'mail loop'],
  ['4.7', 'time ran out'],
  ['5.3', 'too many recipients'],
  ['6.7', 'beyond ASCII'],
  ['6.9', 'beyond ASCII'],
  ['7.20', 'sender not authenticated'],
  ['7.21', 'sender not authenticated'],
  ['7.22', 'sender not authenticated'],
  ['7.23', 'sender not authenticated'],
  ['7.24', 'sender not authenticated'],
  ['7.25', 'sender not authenticated'],
  ['7.26', 'sender not authenticated'],
  ['7.28', 'too much mail'],
]);

const SUBJECTS: readonly string[] = [
  'no exact reason',
  'address refused',
  'mailbox refused',
  'mail system in trouble',
  'network or routing',
  'protocol',
  'content refused',
  'policy',
];
