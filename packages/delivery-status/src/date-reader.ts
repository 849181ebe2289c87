import { endOfComment } from './comments.ts';

/** `zone-name` and `short-year` are RFC 5322 §4.3; the others are beyond any grammar, yet readable. */
export type DateDeparture = 'zone-name' | 'no-zone' | 'short-year' | 'wrong-weekday' | 'unknown-zone' | 'bad-form';

export const WEEKDAYS = 'SunMonTueWedThuFriSat';
export const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';

/** Reads one date left to right, without building a list of tokens. */
export class DateReader {
  at = 0;
  /** Milliseconds since 1970, once read. */
  time: number = Number.NaN;
  /** Minutes east of UTC; NaN if unknown. */
  offset: number = Number.NaN;
  readonly departures: DateDeparture[] = [];
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** False if this is not a date; `at` then stands where reading stopped. */
  read(): boolean {
    if (this.readUsual()) return true;
    this.at = 0;
    this.offset = Number.NaN;
    this.departures.length = 0;
    this.skip();
    const weekday = this.name(WEEKDAYS);
    if (weekday >= 0) {
      this.skip();
      if (this.code() === COMMA) this.at++;
      else this.note('bad-form');
      this.skip();
      const month = this.name(MONTHS);
      if (month >= 0) return this.readAsctime(weekday, month);
    }
    const day = this.number(1, 2);
    this.separator();
    const month = this.name(MONTHS);
    if (day < 0 || month < 0) return false;
    this.separator();
    const year = this.year();
    if (year < 0) return false;
    const seconds = this.timeOfDay();
    return seconds >= 0 && this.zone() && this.finish(weekday, year, month, day, seconds);
  }

  /** "Fri, 8 Jul 1994 09:21:47 -0400" and nothing else but a comment behind it, as nearly all systems write it: fewer looks do. */
  private readUsual(): boolean {
    const weekday = this.name(WEEKDAYS);
    if (weekday < 0 || !this.meets(COMMA) || !this.meets(SPACE)) return false;
    const day = this.number(1, 2);
    if (day < 0 || !this.meets(SPACE)) return false;
    const month = this.name(MONTHS);
    if (month < 0 || !this.meets(SPACE)) return false;
    const year = this.number(4, 4);
    if (year < 1900 || !this.meets(SPACE)) return false;
    const hour = this.number(2, 2);
    if (!this.meets(COLON)) return false;
    const minute = this.number(2, 2);
    if (!this.meets(COLON)) return false;
    const second = this.number(2, 2);
    const fits = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
    if (!fits || !this.meets(SPACE) || isLetter(this.code()) || !this.zone()) return false;
    return this.finish(weekday, year, month, day, hour * 3600 + minute * 60 + second);
  }

  private meets(code: number): boolean {
    return this.text.charCodeAt(this.at++) === code;
  }

  /** QUIRK: the order of C's asctime, "Fri Jul  8 09:21:47 1994", the zone before or after the year, from programs that skip strftime. */
  private readAsctime(weekday: number, month: number): boolean {
    this.note('bad-form');
    this.skip();
    const day = this.number(1, 2);
    const seconds = day < 0 ? -1 : this.timeOfDay();
    if (seconds < 0) return false;
    this.skip();
    const isZoneFirst = !isDigit(this.code());
    if (isZoneFirst && !this.zone()) return false;
    this.skip();
    const year = this.year();
    return year >= 0 && (isZoneFirst || this.zone()) && this.finish(weekday, year, month, day, seconds);
  }

  private year(): number {
    const from = this.at;
    const year = this.number(2, 4);
    if (year < 0) return -1;
    const digits = this.at - from;
    if (digits === 4) return year < 1900 ? -1 : year;
    this.note('short-year');
    // RFC 5322 §4.3: 00 to 49 are this century, 50 to 99 and all three-digit years count from 1900.
    return year + (digits === 2 && year < 50 ? 2000 : 1900);
  }

  private timeOfDay(): number {
    this.skip();
    const hour = this.number(1, 2);
    this.skip();
    if (this.code() !== COLON) return -1;
    this.at++;
    this.skip();
    const minute = this.number(2, 2);
    const mark = this.at;
    this.skip();
    let second = 0;
    if (this.code() === COLON) {
      this.at++;
      this.skip();
      second = this.number(2, 2);
      // QUIRK: fractions of a second, from programs that print ISO times piecewise.
      if (this.code() === 0x2e && isDigit(this.text.charCodeAt(this.at + 1))) {
        this.at++;
        this.note('bad-form');
        while (isDigit(this.code())) this.at++;
      }
    } else this.at = mark;
    const fits = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second <= 60;
    return fits ? hour * 3600 + minute * 60 + second : -1;
  }

  private zone(): boolean {
    this.skip();
    const sign = this.code();
    if (sign === 0x2b || sign === 0x2d) {
      this.at++;
      const digits = this.number(4, 4);
      if (digits < 0 || digits % 100 > 59) return false;
      const minutes = Math.floor(digits / 100) * 60 + (digits % 100);
      // RFC 5322 §3.3: -0000 is a time in UTC that says nothing of the local zone.
      this.offset = sign === 0x2d ? (minutes === 0 ? Number.NaN : -minutes) : minutes;
      return true;
    }
    const from = this.at;
    this.skipLetters();
    const name = this.text.slice(from, Math.min(this.at, from + 8)).toUpperCase();
    if (name === '') {
      this.note('no-zone');
      return true;
    }
    const hours = ZONES[name];
    this.note(hours === undefined ? 'unknown-zone' : 'zone-name');
    if (hours !== undefined) this.offset = hours * 60;
    // QUIRK: "GMT+0200" and the like: the number is the zone.
    if (hours === 0 && (this.code() === 0x2b || this.code() === 0x2d)) return this.zone();
    return true;
  }

  private finish(weekday: number, year: number, month: number, day: number, seconds: number): boolean {
    const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
    if (day < 1 || day > (month === 1 && isLeap ? 29 : Number(DAYS_OF_MONTH[month]))) return false;
    const days = daysSince1970(year, month, day);
    // The first day of 1970 was a Thursday.
    const actual = (((days + 4) % 7) + 7) % 7;
    if (weekday >= 0 && actual !== weekday) this.note('wrong-weekday');
    this.skip();
    if (this.at < this.text.length) this.note('bad-form');
    this.time = days * 86_400_000 + seconds * 1000 - (Number.isNaN(this.offset) ? 0 : this.offset * 60_000);
    return true;
  }

  private code(): number {
    return this.text.charCodeAt(this.at);
  }

  private note(departure: DateDeparture): void {
    if (!this.departures.includes(departure)) this.departures.push(departure);
  }

  /** White space and comments. RFC 5322 §3.2.2. */
  private skip(): void {
    for (;;) {
      const code = this.code();
      if (code === 0x20 || (code >= 9 && code <= 13)) this.at++;
      else if (code === 0x28) {
        const end = endOfComment(this.text, this.at);
        this.at = end < 0 ? this.text.length : end;
      } else return;
    }
  }

  /** QUIRK: "08-Jul-1994", from systems with the date style of RFC 822's ancestors. */
  private separator(): void {
    this.skip();
    if (this.code() !== 0x2d) return;
    this.note('bad-form');
    this.at++;
  }

  /** A run of `min` to `max` digits, or -1. */
  private number(min: number, max: number): number {
    const from = this.at;
    let value = 0;
    while (this.at < from + max && isDigit(this.code())) value = value * 10 + this.text.charCodeAt(this.at++) - 48;
    return this.at - from < min || isDigit(this.code()) ? -1 : value;
  }

  /** Which of the three-letter names stands here, or -1. Moves past it, and past the rest of a name that is written out. */
  private name(names: string): number {
    const a = this.code() | 0x20;
    const b = this.text.charCodeAt(this.at + 1) | 0x20;
    const c = this.text.charCodeAt(this.at + 2) | 0x20;
    for (let i = 0; i < names.length; i += 3) {
      if ((names.charCodeAt(i) | 0x20) !== a || names.charCodeAt(i + 1) !== b || names.charCodeAt(i + 2) !== c)
        continue;
      this.at += 3;
      if (isLetter(this.code())) {
        this.note('bad-form');
        this.skipLetters();
      }
      return i / 3;
    }
    return -1;
  }

  private skipLetters(): void {
    while (isLetter(this.code())) this.at++;
  }
}

/** In the calendar of today, without the long way through `Date`: a year begins with March, so that a leap day ends it. */
function daysSince1970(year: number, month: number, day: number): number {
  const from = month < 2 ? year - 1 : year;
  const leapDays = Math.floor(from / 4) - Math.floor(from / 100) + Math.floor(from / 400);
  return from * 365 + leapDays + Math.floor((((month + 10) % 12) * 153 + 2) / 5) + day - 719_469;
}

const DAYS_OF_MONTH = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const SPACE = 0x20;
const COMMA = 0x2c;
const COLON = 0x3a;

function isLetter(code: number): boolean {
  return (code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** The zone names of RFC 5322 §4.3 in hours; all others are read as -0000, since their meaning is a guess. */
const ZONES: Readonly<Record<string, number>> = {
  UT: 0, UTC: 0, GMT: 0, Z: 0, EST: -5, EDT: -4, CST: -6, CDT: -5, MST: -7, MDT: -6, PST: -8, PDT: -7,
}; // prettier-ignore
