import { describe, expect, it } from 'vitest';
import { UsageError } from '../usage-error.ts';
import { assertSchema, reportSchemaText, type Schema } from './schema.ts';

const schema = JSON.parse(reportSchemaText()) as Schema;
const recipient = { address: 'b@example.com', action: 'failed' };
const report = { reportingMta: 'mx.example.net' };

function faultOf(value: unknown): string | undefined {
  try {
    assertSchema(value, schema);
    return undefined;
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

describe('the schema of a report', () => {
  it.each([
    ['the least', { report, recipients: [recipient] }],
    [
      'null is absent',
      { report: { ...report, arrivalDate: null }, recipients: [{ ...recipient, status: null }], header: null },
    ],
    [
      'typed values',
      { report: { reportingMta: { type: 'dns', value: 'mx' } }, recipients: [recipient], original: 'a.eml' },
    ],
  ])('takes %s', (_, value) => expect(faultOf(value)).toBeUndefined());

  it.each([
    [[], 'the report: expected object'],
    [{ report }, 'recipients: is missing'],
    [{ report, recipients: [] }, 'recipients: at least 1 needed'],
    [
      { report, recipients: [{ ...recipient, action: 'bounced' }] },
      'recipients[0].action: expected one of failed, delayed, delivered, relayed, expanded',
    ],
    [
      { report, recipients: [{ ...recipient, status: '5.1' }] },
      'recipients[0].status: "5.1" has not the form ^[245]\\.\\d{1,3}\\.\\d{1,3}$',
    ],
    [{ report, recipients: [{ ...recipient, remoteMta: 5 }] }, 'recipients[0].remoteMta: expected string'],
    [
      { report, recipients: [{ ...recipient, remoteMta: { type: 'dns' } }] },
      'recipients[0].remoteMta.value: is missing',
    ],
    [{ report: {}, recipients: [recipient] }, 'report.reportingMta: is missing'],
    [{ report: { reportingMta: '' }, recipients: [recipient] }, 'report.reportingMta: may not be empty'],
    [{ report, recipients: [recipient], kind: 'mdn' }, 'kind: expected one of dsn'],
    [{ report, recipients: [recipient], languages: ['tlh'] }, 'languages[0]: expected one of en, de, fr, es'],
  ])('tells where %j is wrong', (value, fault) => expect(faultOf(value)).toBe(fault));

  it('tells what is known where a name is not', () => {
    expect(faultOf({ report, recipients: [recipient], constructor: 1 })).toMatch(
      /^constructor: not known; one of \$schema, file, /,
    );
  });
});
