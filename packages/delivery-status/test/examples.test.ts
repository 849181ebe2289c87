import { describe, expect, it } from 'vitest';
import {
  formatDeliveryStatus,
  forgetSource,
  parseDeliveryStatus,
  parseDiagnostic,
  parseGlobalDeliveryStatus,
  formatSmtpDiagnostic,
  type ParsedDeliveryStatus,
} from '../src/index.ts';
import { lintDeliveryStatus } from '../src/lint/index.ts';
import { hasShared, readShared, skipNote, statusBodies } from './shared.ts';

type Parse = (text: string) => ParsedDeliveryStatus;
const read = (name: string, parse: Parse = parseDeliveryStatus): ParsedDeliveryStatus => {
  const [body = ''] = statusBodies(Buffer.from(readShared(`spec/examples/${name}.eml`), 'latin1').toString());
  const parsed = parse(body);
  expect(formatDeliveryStatus(parsed)).toBe(body);
  return parsed;
};
const rows = ({ recipients }: ParsedDeliveryStatus): unknown =>
  recipients.map(({ action, status, finalRecipient, originalRecipient, remoteMta }) => [
    action,
    status,
    finalRecipient?.value,
    originalRecipient?.value,
    remoteMta?.value,
  ]);
const codes = ({ issues }: ParsedDeliveryStatus): unknown => issues.map(({ code, field }) => [code, field]);

describe.skipIf(!hasShared)(`published examples${skipNote}`, () => {
  it.each([
    ['rfc3461-10.6-delivered', [['delivered', '2.0.0', 'Bob@Example.COM', 'Bob@Example.COM', undefined]]],
    ['rfc3461-10.7-failed', [['failed', '5.0.0', 'Carol@Ivory.EDU', 'Carol@Ivory.EDU', undefined]]],
    ['rfc3461-10.7-failed.corrected', [['failed', '5.0.0', 'Carol@Ivory.EDU', 'Carol@Ivory.EDU', 'Ivory.EDU']]],
    ['rfc3461-10.8-relayed', [['relayed', '2.0.0', 'Dana@Ivory.EDU', 'Dana@Ivory.EDU', undefined]]],
    [
      'rfc3461-10.9-failed-forwarded.corrected',
      [['failed', '4.2.2', 'Sam@Boondoggle.GOV', 'George@Tax-ME.GOV', undefined]],
    ],
    [
      'rfc3464-E-simple.corrected',
      [['failed', '4.0.0', 'louisl@larry.slip.umd.edu', 'louisl@larry.slip.umd.edu', undefined]],
    ],
    [
      'rfc3464-E-multi-recipient.corrected',
      [
        ['failed', '5.0.0', 'arathib@vnet.ibm.com', 'arathib@vnet.ibm.com', 'vnet.ibm.com'],
        ['delayed', '4.0.0', 'johnh@hpnjld.njd.hp.com', 'johnh@hpnjld.njd.hp.com', undefined],
        ['failed', '5.0.0', 'wsnell@sdcc13.ucsd.edu', 'wsnell@sdcc13.ucsd.edu', 'sdcc13.ucsd.edu'],
      ],
    ],
    [
      'rfc2034-6-mixed',
      [
        ['relayed', '2.1.5', 'mrose@dbc.mtview.ca.us', 'mrose@dbc.mtview.ca.us', 'dbc.mtview.ca.us'],
        ['failed', '5.1.1', 'nosuchuser@dbc.mtview.ca.us', 'nosuchuser@dbc.mtview.ca.us', 'dbc.mtview.ca.us'],
        ['failed', '5.7.1', 'remoteuser@isi.edu', 'remoteuser@isi.edu', 'dbc.mtview.ca.us'],
      ],
    ],
  ])('RFC 3464 §E R3464-E-a R3464-2-k R3464-1.3-d: %s', (name, recipients) => {
    const parsed = read(name);
    expect(rows(parsed)).toEqual(recipients);
    expect(codes(parsed)).toEqual([]);
  });

  it('RFC 3461 §10 R3464-2.1.2-a: a Reporting-MTA without a type is read and named', () => {
    const parsed = read('rfc3461-10.9-failed-forwarded');
    expect(parsed.message.reportingMta).toEqual({ type: '', value: 'Boondoggle.GOV' });
    expect(codes(parsed)).toEqual([['missing-type', 'Reporting-MTA']]);
    expect(rows(parsed)).toEqual([['failed', '4.2.2', 'Sam@Boondoggle.GOV', 'George@Tax-ME.GOV', undefined]]);
    expect(parsed.recipients[0]?.statusComment).toBe('disk quota exceeded');
  });

  it('RFC 3461 §10 R3461-10.7-a R3461-6.3-j: fields out of the order of the grammar', () => {
    const parsed = read('rfc3461-10.7-failed');
    expect(parsed.recipients[0]?.smtpRemoteRecipient).toBe('Carol@Ivory.EDU');
    expect(lintDeliveryStatus(parsed).map(({ code }) => code)).toContain('field-order');
  });

  it('RFC 3464 §E R3464-1.3-b R3464-1.2-f R3464-2.1.2-c: a report from another mail system', () => {
    const parsed = read('rfc3464-E-gateway');
    expect(parsed.message.reportingMta).toEqual({ type: 'mailbus', value: 'SYS30' });
    expect(parsed.recipients).toMatchObject([
      {
        finalRecipient: { type: 'unknown', value: 'nair_s' },
        status: '5.0.0',
        statusComment: 'unknown permanent failure',
        action: 'failed',
      },
    ]);
    expect(codes(parsed)).toEqual([]);
  });

  it('RFC 3464 §E R3464-2.3.9-a: a delayed message', () => {
    const parsed = read('rfc3464-E-delayed');
    expect(parsed.message.reportingMta).toEqual({ type: 'dns', value: 'sun2.nsfnet-relay.ac.uk' });
    expect(parsed.recipients[0]).toMatchObject({
      action: 'delayed',
      status: '4.0.0',
      statusComment: 'unknown temporary failure',
    });
    expect(codes(parsed)).toEqual([]);
  });

  it('RFC 2034 §6 R2034-6-a: replies quoted without their code repeated', () => {
    const { recipients } = read('rfc2034-6-mixed');
    expect(recipients.map(({ diagnosticCode }) => diagnosticCode && parseDiagnostic(diagnosticCode))).toEqual([
      { replyCode: 250, lines: ['Recipient <mrose@dbc.mtview.ca.us> ok'] },
      { replyCode: 550, lines: ['Mailbox "nosuchuser" does not exist'] },
      { replyCode: 551, lines: ['Forwarding to remote hosts disabled  Select another host to act as your forwarder'] },
    ]);
  });

  it('RFC 3461 §9.2 R3461-9.2-d R3461-9.2-b: the reply of two lines', () => {
    const [reply = '', field = ''] = readShared('spec/examples/rfc3461-9.2-multiline-diagnostic.txt').split(
      /\r?\n.*\r?\n(?= *Diagnostic-Code)/,
    );
    const lines = reply
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^\d/.test(line));
    expect(lines).toHaveLength(2);
    const { value } = formatSmtpDiagnostic([lines[0]?.replace(/^550 /, '550-') ?? '', lines[1] ?? '']);
    expect(parseDiagnostic({ type: 'smtp', value })).toEqual({
      replyCode: 550,
      lines: ['mailbox unavailable', 'user has moved with no forwarding address'],
    });
    const folded = field.replace(/^ {8}/gm, '');
    const { recipients } = parseDeliveryStatus(`Final-Recipient: rfc822; a@b\n${folded}`);
    expect(recipients[0]?.diagnosticCode).toEqual({ type: 'smtp', value });
  });

  it('RFC 6533 §4.1 R6533-4.1-a R6533-4.1-f R6533-4.1-g: the global form', () => {
    const parsed = read('rfc6533-constructed-global', parseGlobalDeliveryStatus);
    expect(codes(parsed)).toEqual([]);
    expect(parsed.recipients[0]).toMatchObject({
      finalRecipient: { type: 'utf-8', value: 'josé@exämple.org' },
      localizedDiagnostics: [
        { language: 'de', text: 'Postfach unbekannt' },
        { language: 'fr', text: 'boîte inconnue' },
      ],
    });
  });

  it('RFC 6533 §3 R6533-3-f: the same for a return path without SMTPUTF8', () => {
    const parsed = read('rfc6533-constructed-7bit');
    expect(codes(parsed)).toEqual([]);
    expect(parsed.recipients[0]?.finalRecipient).toEqual({ type: 'utf-8', value: 'jos\\x{E9}@ex\\x{E4}mple.org' });
  });

  it('RFC 3464 §2.2 R3464-2.2-b: what is written anew stands in the order of the grammar', () => {
    const text = formatDeliveryStatus(forgetSource(read('rfc3461-10.7-failed')));
    expect(lintDeliveryStatus(parseDeliveryStatus(text)).map(({ code }) => code)).not.toContain('field-order');
  });
});
