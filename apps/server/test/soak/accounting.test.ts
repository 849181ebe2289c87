import { describe, expect, it } from 'vitest';
import { account, type Evidence } from './accounting.ts';
import { planned } from './plan.ts';

const numbers = Array.from({ length: 500 }, (_, number) => number);

/** What there would be if all went as it must. */
function perfect(): Evidence {
  const plans = numbers.map(planned);
  const each = plans.flatMap((plan) => plan.recipients.map((recipient) => ({ plan, recipient })));
  return {
    answers: new Map(numbers.map((number) => [number, 'accepted'])),
    operated: new Map(),
    found: each.flatMap(({ plan, recipient }) => recipient.found.map((place) => `${plan.number} ${place}`)),
    changed: [],
    groups: each.flatMap(({ plan, recipient }) =>
      recipient.owed.map((action) => `${plan.envelopeId} ${action} ${recipient.original}`),
    ),
    events: each.flatMap(({ recipient }) => recipient.outcomes.map((outcome) => `${outcome} ${recipient.address}`)),
    history: each.map(
      ({ plan, recipient: { outcomes, address } }) => `${plan.envelopeId} ${outcomes.at(-1)} ${address}`,
    ),
  };
}

/** The kinds of problems, each once. */
function kinds(evidence: Evidence): string[] {
  return [...new Set(account(evidence).problems.map((problem) => problem.split(': ', 1)[0] ?? ''))];
}

const others = {
  found: '7 hop stranger@hop.example',
  groups: 's7 failed ok+7@nowhere.example',
  events: 'failed ok+7@x.example',
};

describe('the accounting of the soak', () => {
  it('has no complaint where all went as it must', () => {
    expect(account(perfect()).problems).toEqual([]);
  });

  it.each([
    ['found', 'accepted, but not where it must be', 'where it must be more than once', 'where it must not be'],
    ['groups', 'owed report missing', 'report made twice', 'report that nobody asked for'],
    ['events', 'final event that no webhook told', 'final event told as two', 'final event that must not be'],
  ] as const)('notices what lacks, comes twice or is too much among what is %s', (what, lacking, twice, strange) => {
    const evidence = perfect();
    expect(kinds({ ...evidence, [what]: evidence[what].slice(1) })).toEqual([lacking]);
    expect(kinds({ ...evidence, [what]: [...evidence[what], evidence[what][0]] })).toEqual([twice]);
    expect(kinds({ ...evidence, [what]: [...evidence[what], others[what]] })).toEqual([strange]);
  });

  it('notices a history that lacks a message, has it twice, or says something else of it', () => {
    const { history, ...evidence } = perfect();
    const [first = ''] = history;
    expect(kinds({ ...evidence, history: history.slice(1) })).toEqual(['not in the history']);
    expect(kinds({ ...evidence, history: [...history, first] })).toEqual(['in the history twice']);
    const otherwise = [first.replace(/ \S+ /, ' queued '), ...history.slice(1)];
    expect(kinds({ ...evidence, history: otherwise })).toEqual(['in the history otherwise']);
  });

  it('takes no trace of a refused message', () => {
    const evidence = perfect();
    expect(kinds({ ...evidence, answers: new Map([...evidence.answers, [0, 'refused']]) })).toContain(
      'where it must not be',
    );
  });

  it('asks for all of a message without an answer of which there is a trace, and for nothing of one without', () => {
    const { answers, ...evidence } = perfect();
    expect(kinds({ ...evidence, answers: new Map([...answers, [0, 'unanswered']]) })).toEqual([]);
    expect(kinds({ ...evidence, answers: new Map([...answers, [500, 'unanswered']]) })).toEqual([]);
    const found = evidence.found.slice(1);
    expect(kinds({ ...evidence, found, answers: new Map([...answers, [0, 'unanswered']]) })).toEqual([
      'accepted, but not where it must be',
    ]);
  });

  it('knows what an operator has made of a message', () => {
    const evidence = perfect();
    const dropped = numbers.map(planned).find(({ operation }) => operation === 'drop');
    const { number = -1, envelopeId = '', recipients: [recipient] = [] } = dropped ?? {};
    const of = (line: string) => line.endsWith(` ${recipient?.address}`);
    const without = {
      groups: evidence.groups.filter((line) => !of(line)),
      events: [...evidence.events.filter((line) => !of(line)), `dropped ${recipient?.address}`],
      history: [...evidence.history.filter((line) => !of(line)), `${envelopeId} dropped ${recipient?.address}`],
    };
    const operated = (isAnswered: boolean) => new Map([[number, { operation: 'drop', isAnswered } as const]]);
    expect(kinds({ ...evidence, ...without, operated: operated(true) })).toEqual([]);
    expect(kinds({ ...evidence, ...without, operated: operated(false) })).toEqual([]);
    expect(kinds({ ...evidence, operated: operated(false) })).toEqual([]);
    expect(kinds({ ...evidence, operated: operated(true) })).toContain('final event that no webhook told');
  });
});
