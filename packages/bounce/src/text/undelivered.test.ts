import { describe, expect, it } from 'vitest';
import { readBounce } from '../read-bounce.ts';
import { readNews } from './undelivered.ts';

const says = (text: string): boolean => readNews(text, text.length).failure;

describe('that something was not delivered', () => {
  it.each([
    'We tried to bring you mail, and the delivery has sadly failed.',
    'What you wrote did not get to its reader: it could not be transmitted.',
    'Ihre Nachricht wurde leider nicht zugestellt.',
    'Votre courrier n’a pas été livré',
    'No se ha entregado su correo',
    'La consegna non è riuscita',
    'Не удалось: доставка невозможна, ошибка',
    'お客様のメールは配信できませんでした',
    '您的邮件无法投递',
  ])('%s', (text) => {
    expect(says(text)).toBe(true);
  });

  it.each([
    'I am away until Monday, and will answer then.',
    'Your parcel was sent yesterday. Have a nice day! The weather here is wonderful, and nothing else is new, not at all.',
    'The meeting is not on Tuesday.',
  ])('is not said by: %s', (text) => {
    expect(says(text)).toBe(false);
  });
});

describe('how long it is tried', () => {
  it.each([
    ['It waits since 4 hours; we shall keep on trying for 3 days.', 'delay'],
    ['Es wird in 2 Stunden erneut versucht.', 'delay'],
    ['We tried for 5 days and give up.', 'gaveUp'],
    ['Nach 3 Tagen aufgegeben.', 'gaveUp'],
  ] as const)('%s', (text, what) => {
    expect(readNews(text, text.length)).toMatchObject({ delay: what === 'delay', gaveUp: what === 'gaveUp' });
  });
});

describe('a report of a program nobody knows', () => {
  const read = (text: string): ReturnType<typeof readBounce> => readBounce(new TextEncoder().encode(text));
  const words = ['Sadly the transport of what you wrote has failed.', '', 'ann@example.org', '  550 5.1.1 that inbox was never registered'].join('\r\n'); // prettier-ignore

  it('is a bounce, whatever its words, if a mail system sent it', () => {
    const { isBounce, recipients } = read(`From: MAILER-DAEMON@mx.example.net\r\nSubject: Oh dear\r\n\r\n${words}\r\n`);
    expect(isBounce).toBe(true);
    expect(recipients).toMatchObject([{ address: 'ann@example.org', reason: 'user-unknown', status: '5.1.1' }]);
  });

  it('is a bounce without a header, if it quotes a refusal', () => {
    expect(read(`${words}\r\n`)).toMatchObject({ isBounce: true, recipients: [{ address: 'ann@example.org' }] });
  });

  it.each([
    [
      'a warning of a full mailbox',
      'System Administrator <postmaster@example.net>',
      'Your mailbox is almost full',
      'bob@example.net\r\n\r\nYou reached 95 % of your quota. Soon you may not be able to send or receive messages.',
    ],
    [
      'a list of what was held back',
      'postmaster@example.net',
      'Quarantine digest',
      'These messages were not delivered to your inbox, as they may be spam:\r\n\r\nann@example.org  Win a prize\r\n',
    ],
    [
      'an aggregate report',
      'postmaster@example.net',
      'Report Domain: example.net Submitter: example.org',
      'This is an aggregate report. Policy: reject. Messages that failed DMARC: 3.\r\n\r\nann@example.org',
    ],
    [
      'somebody who is away',
      'Bob <bob@example.net>',
      'Away',
      'I am not here and will not get what you send. Write to\r\n\r\nann@example.org',
    ],
  ])('%s is none', (_, from, subject, text) => {
    const { isBounce } = read(
      `Return-Path: <>\r\nFrom: ${from}\r\nTo: bob@example.net\r\nSubject: ${subject}\r\n\r\n${text}\r\n`,
    );
    expect(isBounce).toBe(false);
  });

  it('is none where a person sent it, or nothing was refused', () => {
    expect(read(`From: bob@example.net\r\nSubject: Oh dear\r\n\r\n${words}\r\n`).isBounce).toBe(false);
    expect(read('I could not send it yet, sorry.\r\n\r\nann@example.org\r\n').isBounce).toBe(false);
  });
});
