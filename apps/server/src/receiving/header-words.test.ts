import { expect, it } from 'vitest';
import { headerWords } from './header-words.ts';

const words = (text: string) => headerWords(new TextEncoder().encode(text));

it.each([
  ['Subject: Hi\r\nMessage-ID: <a@b>\r\n\r\n', { subject: 'Hi', headerMessageId: '<a@b>' }],
  ['MESSAGE-ID:\r\n <a@b>\r\nsubject:\tone\r\n\ttwo\r\n\r\n', { headerMessageId: '<a@b>', subject: 'one\ttwo' }],
  ['Subject: first\r\nSubject: second\r\n\r\n', { subject: 'first' }],
  ['Subjects: no\r\nX: Subject: no\r\n folded: Subject: no\r\n\r\nSubject: body\r\n', {}],
  ['Subject: no end', { subject: 'no end' }],
  ['', {}],
])('%j', (header, expected) => {
  expect(words(header)).toEqual(expected);
});

it('tells only the begin of a field without end', () => {
  expect(words(`Subject: ${'x'.repeat(100_000)}`).subject).toHaveLength(989);
});
