import { expect, it } from 'vitest';
import { isHopeless } from './hopeless.ts';

const alone = { takesOthers: false, isInTheWay: false };

it.each([
  ['refused', 400, alone, 5],
  ['one that others overtake', 503, { takesOthers: true, isInTheWay: false }, 12],
  ['one without an answer that others overtake', undefined, { takesOthers: true, isInTheWay: false }, 12],
  ['one that keeps all others back', 503, { takesOthers: true, isInTheWay: true }, 3],
])(
  'gives up an event that is %s (%s) after the attempts that docs/events.md names, and not before',
  (_, status, how, most) => {
    expect(isHopeless(most, { status, ...how })).toBe(true);
    expect(isHopeless(most - 1, { status, ...how })).toBe(false);
  },
);

it.each([408, 425, 429, 503, undefined])(
  'an answer of %s is no refusal: the receiver may take the event later',
  (status) => {
    expect(isHopeless(1000, { status, ...alone })).toBe(false);
  },
);

it('gives up at once what the receiver says is gone for good', () => {
  expect(isHopeless(1, { status: 410, ...alone })).toBe(true);
  expect(isHopeless(1, { status: 404, ...alone })).toBe(false);
});
