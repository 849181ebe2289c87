import { readBounce } from '@dsnkit/bounce';
import { parseDeliveryStatus } from '@dsnkit/delivery-status';
import { explainStatus } from '@dsnkit/delivery-status/registry';
import { parseRcptCommand, readRcptParameters } from '@dsnkit/esmtp-parameters';
import { deriveBoundary, formatReport, parseReport } from '@dsnkit/multipart-report';
import { decodeXtext, encodeUtf8AddrXtext, encodeXtext } from '@dsnkit/xtext';

/** What {@link exercise} found out; plain data, so that a browser can hand it over. */
export type Exercise = Readonly<Record<string, string | undefined>>;

/** Uses each of the five libraries once, in a way that runs everywhere. */
export function exercise(): Exercise {
  const { forwardPath, parameters } = parseRcptCommand(
    'RCPT TO:<Bob@example.com> NOTIFY=FAILURE ORCPT=rfc822;Bob+2Btag@example.com',
  );
  const { orcpt } = readRcptParameters(parameters);
  const { message, recipients } = parseDeliveryStatus(
    'Reporting-MTA: dns; mx.example.org\r\n\r\nFinal-Recipient: rfc822; Bob@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n',
  );
  const [recipient] = recipients;
  const text = 'It did not work, José.\r\n';
  const octets = formatReport(
    {
      headers: [
        { name: 'From', value: 'Mail System <postmaster@mx.example.org>' },
        { name: 'Date', value: 'Thu, 07 Jul 1994 17:15:49 +0000' },
      ],
      humanReadable: { text },
      deliveryStatus: {
        message: { reportingMta: { type: 'dns', value: 'mx.example.org' } },
        recipients: [
          { finalRecipient: { type: 'rfc822', value: 'Bob@example.com' }, action: 'failed', status: '5.1.1' },
        ],
      },
    },
    { boundary: deriveBoundary('seed', [text]) },
  );
  const report = parseReport(octets);
  return {
    xtext: encodeXtext('a+b=c'),
    decoded: decodeXtext('a+2Bb'),
    utf8: encodeUtf8AddrXtext('josé@example.com'),
    address: forwardPath.address,
    original: orcpt?.address,
    mta: message.reportingMta?.value,
    action: recipient?.action,
    words: explainStatus('5.1.1'),
    kind: report?.kind,
    text: report?.humanReadable.text,
    failed: report?.deliveryStatus?.recipients[0]?.finalRecipient?.value,
    reason: readBounce(octets).recipients[0]?.reason,
    issues: JSON.stringify(report?.issues),
  };
}
