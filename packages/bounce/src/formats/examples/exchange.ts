import type { FormatExample } from './example.ts';

export const EXCHANGE_EXAMPLES: readonly FormatExample[] = [
  {
    text: [
      'Delivery has failed to these recipients or groups:',
      '',
      'ann@example.org<mailto:ann@example.org>',
      "The email address you entered couldn't be found.",
      '',
      'Diagnostic information for administrators:',
      '',
      'Generating server: MX1.example.net',
      '',
      'ann@example.org',
      "Remote Server returned '550 5.1.1 RESOLVER.ADR.RecipNotFound; not found'",
      '',
      'Original message headers:',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
    status: '5.1.1',
    replyCode: 550,
  },
  {
    text: [
      'Your message',
      '',
      '  To:      ann@example.org',
      '  Subject: hello',
      '',
      'did not reach the following recipient(s):',
      '',
      'ann@example.org on Mon, 1 Jul 2024 10:00:00 +0000',
      '    The recipient name is not recognized',
      '    MSEXCH:IMS:EXAMPLE:SITE:SERVER 0 (000C05A6) Unknown Recipient',
    ],
    recipients: ['ann@example.org'],
    reason: 'user-unknown',
  },
];
