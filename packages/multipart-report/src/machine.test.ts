import { expect, it } from 'vitest';
import { readDispositionNotification, readFeedbackReport } from './machine.ts';

it('RFC 8098 §3.1: every field of a disposition notification', () => {
  const fields = [
    { name: 'Reporting-UA', value: 'pc; Foomail 97.1' },
    { name: 'MDN-Gateway', value: 'dns; gw.example.com' },
    { name: 'Original-Recipient', value: 'rfc822;a@example.com' },
    { name: 'Final-Recipient', value: 'rfc822;b@example.com' },
    { name: 'Original-Message-ID', value: '<1@example.com>' },
    { name: 'Disposition', value: 'Automatic-Action/MDN-Sent-Automatically ; Dispatched / Error , x-Other' },
    { name: 'X-More', value: '1' },
  ];
  expect(readDispositionNotification(fields)).toEqual({
    reportingUa: 'pc; Foomail 97.1',
    mdnGateway: 'dns; gw.example.com',
    originalRecipient: 'rfc822;a@example.com',
    finalRecipient: 'rfc822;b@example.com',
    originalMessageId: '<1@example.com>',
    disposition: {
      actionMode: 'automatic-action',
      sendingMode: 'mdn-sent-automatically',
      type: 'dispatched',
      modifiers: ['error', 'x-other'],
    },
    fields,
  });
});

it('RFC 8098 §3.2.6: a disposition that is none, and no disposition', () => {
  expect(readDispositionNotification([{ name: 'disposition', value: 'x' }]).disposition).toEqual({
    actionMode: 'x',
    sendingMode: '',
    type: '',
    modifiers: [],
  });
  expect(readDispositionNotification([{ name: 'Disposition', value: '' }]).disposition).toEqual({
    actionMode: '',
    sendingMode: '',
    type: '',
    modifiers: [],
  });
  expect(readDispositionNotification([])).toEqual({ fields: [] });
});

it('RFC 5965 §3.2: every field of a feedback report', () => {
  const values = {
    'Feedback-Type': 'Abuse',
    'User-Agent': 'X/1',
    Version: '1',
    'Original-Envelope-Id': 'QQ',
    'Original-Mail-From': '<s@example.org>',
    'Arrival-Date': 'Thu, 8 Mar 2005 14:00:00 EDT',
    'Reporting-MTA': 'dns; mx',
    'Source-IP': '192.0.2.1',
    Incidents: '3',
    'Original-Rcpt-To': '<u@example.com>',
    'Reported-Domain': 'example.org',
    'Reported-URI': 'http://example.org/',
    'Authentication-Results': 'mx; spf=fail',
  };
  const fields = Object.entries(values).map(([name, value]) => ({ name, value }));
  expect(readFeedbackReport(fields)).toEqual({
    feedbackType: 'abuse',
    userAgent: 'X/1',
    version: '1',
    originalEnvelopeId: 'QQ',
    originalMailFrom: '<s@example.org>',
    arrivalDate: 'Thu, 8 Mar 2005 14:00:00 EDT',
    reportingMta: 'dns; mx',
    sourceIp: '192.0.2.1',
    incidents: 3,
    originalRcptTo: ['<u@example.com>'],
    reportedDomain: ['example.org'],
    reportedUri: ['http://example.org/'],
    authenticationResults: ['mx; spf=fail'],
    fields,
  });
});

it('RFC 5965 §3.2: Received-Date is the Arrival-Date of older reports; what is missing is absent', () => {
  expect(readFeedbackReport([{ name: 'Received-Date', value: 'x' }]).arrivalDate).toBe('x');
  expect(readFeedbackReport([{ name: 'Incidents', value: 'many' }])).not.toHaveProperty('incidents');
});
