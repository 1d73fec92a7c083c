import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CalendarEvents, type CalendarOptions, readCalendar } from '../../../src/sense/feeds/calendar/calendar.ts';
import { occurrences, ruleOf } from '../../../src/sense/feeds/calendar/recurrence.ts';
import { UTC, zoneOf } from '../../../src/sense/feeds/wallTime.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const OPTIONS: CalendarOptions = { feed: 'plans', since: Date.UTC(2026, 0), until: Date.UTC(2027, 0), zone: UTC, factors: {} };

const calendar = (...lines: readonly string[]): string => ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR', ''].join('\r\n');
const event = (...lines: readonly string[]): string => ['BEGIN:VEVENT', 'UID:1', 'SUMMARY:Sale', ...lines, 'END:VEVENT'].join('\r\n');

function read(text: string, options: Partial<CalendarOptions> = {}): CalendarEvents {
  const result = readCalendar(text, { ...OPTIONS, ...options });
  if (!result.ok) throw new Error(result.fault.message);
  return result.value;
}
const spans = (text: string, options: Partial<CalendarOptions> = {}): readonly string[] =>
  read(text, options).events.map((e) => `${new Date(e.from).toISOString().slice(0, 16)} ${(e.until - e.from) / HOUR} h`);

describe('a calendar', () => {
  it('repeats by the wall clock across the changes of clocks', () => {
    const text = calendar(
      event('DTSTART;TZID=Europe/Berlin:20260322T090000', 'DTEND;TZID=Europe/Berlin:20260322T110000', 'RRULE:FREQ=WEEKLY;COUNT=3'),
    );
    expect(spans(text)).toEqual(['2026-03-22T08:00 2 h', '2026-03-29T07:00 2 h', '2026-04-05T07:00 2 h']);
    const autumn = calendar(event('DTSTART;TZID=Europe/Berlin:20261024T023000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3'));
    // 02:30 is there twice on the 25th: the first counts.
    expect(spans(autumn)).toEqual(['2026-10-24T00:30 1 h', '2026-10-25T00:30 1 h', '2026-10-26T01:30 1 h']);
  });

  it('what is written in UTC stays there', () => {
    expect(
      spans(calendar(event('DTSTART:20260328T090000Z', 'DURATION:PT30M', 'RRULE:FREQ=DAILY;UNTIL=20260329T090000Z')), {
        zone: zoneOf('Europe/Berlin') ?? UTC,
      }),
    ).toEqual(['2026-03-28T09:00 0.5 h', '2026-03-29T09:00 0.5 h']);
  });

  it('days are those of the feed’s zone, and may have 23 hours', () => {
    const text = calendar(event('DTSTART;VALUE=DATE:20260329'), event('DTSTART;VALUE=DATE:20260401', 'DTEND;VALUE=DATE:20260403'));
    expect(spans(text, { zone: zoneOf('Europe/Berlin') ?? UTC })).toEqual(['2026-03-28T23:00 23 h', '2026-03-31T22:00 48 h']);
  });

  it('leaves out what is excepted, moves what is moved, adds what is added, drops what is cancelled', () => {
    const text = calendar(
      event('DTSTART:20260301T100000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=5', 'EXDATE:20260302T100000Z', 'RDATE:20260310T100000Z'),
      event('RECURRENCE-ID:20260303T100000Z', 'DTSTART:20260303T150000Z', 'DURATION:PT2H'),
      event('RECURRENCE-ID:20260304T100000Z', 'DTSTART:20260304T100000Z', 'STATUS:CANCELLED'),
    );
    expect(spans(text)).toEqual(['2026-03-01T10:00 1 h', '2026-03-03T15:00 2 h', '2026-03-05T10:00 1 h', '2026-03-10T10:00 1 h']);
  });

  it('knows a zone that only the calendar describes', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Customized Time Zone',
      'BEGIN:STANDARD',
      'DTSTART:16011028T030000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
      'TZOFFSETFROM:+0200',
      'TZOFFSETTO:+0100',
      'END:STANDARD',
      'BEGIN:DAYLIGHT',
      'DTSTART:16010325T020000',
      'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3',
      'TZOFFSETFROM:+0100',
      'TZOFFSETTO:+0200',
      'END:DAYLIGHT',
      'END:VTIMEZONE',
    ].join('\r\n');
    const text = calendar(zone, event('DTSTART;TZID=Customized Time Zone:20260327T090000', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=3'));
    expect(spans(text)).toEqual(['2026-03-27T08:00 1 h', '2026-03-28T08:00 1 h', '2026-03-29T07:00 1 h']);
    expect(read(text).problems).toEqual([]);
  });

  it('says which zone nobody knows', () => {
    const { events, problems } = read(calendar(event('DTSTART;TZID=Nowhere:20260301T100000', 'DURATION:PT1H')));
    expect([events.length, problems]).toEqual([1, ['The time zone Nowhere is not known; its times are taken for those of this place.']]);
  });

  it('unfolds lines, reads names, and takes factors from the event or by name', () => {
    const text = calendar(
      event('DTSTART:20260301T100000Z', 'DURATION:P1D', 'X-PREWARM-FACTOR:3.5'),
      [
        'BEGIN:VEVENT',
        'UID:2',
        'SUMMARY:Spring\\, half-',
        ' price; mail jane.doe@example.com',
        'DTSTART:20260302T100000Z',
        'DTEND:20260302T120000Z',
        'END:VEVENT',
      ].join('\r\n'),
      ['BEGIN:VEVENT', 'UID:3', 'SUMMARY:Launch', 'DTSTART:20260303T100000Z', 'DTEND:20260303T120000Z', 'END:VEVENT'].join('\r\n'),
    );
    const { events } = read(text, { factors: { Launch: 2 } });
    expect(events.map((e) => [e.name, e.factor])).toEqual([
      ['Sale', 3.5],
      [expect.stringMatching(/^Spring, half-price; mail (?!jane)/), undefined],
      ['Launch', 2],
    ]);
  });

  it('is a fault where it is none', () => {
    expect(readCalendar('<html></html>', OPTIONS)).toMatchObject({
      ok: false,
      fault: { code: 'bad-file', message: expect.stringContaining('no calendar') },
    });
  });
});

describe('rules of recurrence', () => {
  /** Examples of RFC 5545, 3.8.5.3, with DTSTART 2 September 1997, 09:00. */
  const first = Date.UTC(1997, 8, 2, 9);
  const days = (rule: string, begin = first, years = 3): readonly string[] =>
    [...occurrences(begin, ruleOf(rule) as never, begin, begin + years * 366 * DAY, { left: 1e6 })].map((at) =>
      new Date(at).toISOString().slice(0, 10),
    );

  it.each([
    ['FREQ=DAILY;INTERVAL=10;COUNT=5', ['1997-09-02', '1997-09-12', '1997-09-22', '1997-10-02', '1997-10-12']],
    ['FREQ=WEEKLY;INTERVAL=2;COUNT=4;WKST=SU;BYDAY=TU,TH', ['1997-09-02', '1997-09-04', '1997-09-16', '1997-09-18']],
    ['FREQ=MONTHLY;COUNT=3;BYMONTHDAY=2,-1', ['1997-09-02', '1997-09-30', '1997-10-02']],
    ['FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3', ['1997-09-02', '1997-09-04', '1997-10-07']],
    ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2;COUNT=3', ['1997-09-02', '1997-09-29', '1997-10-30']],
    ['FREQ=YEARLY;COUNT=3;BYMONTH=9,11;BYDAY=1TU', ['1997-09-02', '1997-11-04', '1998-09-01']],
    ['FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8;UNTIL=19981231', ['1997-09-02', '1997-11-04']],
    ['FREQ=YEARLY;BYYEARDAY=1,-1;COUNT=3', ['1997-09-02', '1997-12-31', '1998-01-01']],
    ['FREQ=MONTHLY;UNTIL=19971024T000000', ['1997-09-02', '1997-10-02']],
  ])('%s', (rule, expected) => expect(days(rule)).toEqual(expected));

  it('Monday of week 20, and a week that begins elsewhere', () => {
    expect(days('FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO', Date.UTC(1997, 4, 12, 9))).toEqual(['1997-05-12', '1998-05-11', '1999-05-17']);
    const begin = Date.UTC(1997, 7, 5, 9);
    expect(days('FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO', begin)).toEqual([
      '1997-08-05',
      '1997-08-10',
      '1997-08-19',
      '1997-08-24',
    ]);
    expect(days('FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU', begin)).toEqual([
      '1997-08-05',
      '1997-08-17',
      '1997-08-19',
      '1997-08-31',
    ]);
  });

  it('what is long past is not gone through, and comes out the same', () => {
    const rule = fc.record({
      every: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'),
      interval: fc.integer({ min: 1, max: 5 }),
      more: fc.constantFrom('', ';BYDAY=MO,SA', ';BYMONTHDAY=31', ';BYMONTH=2,7'),
    });
    fc.assert(
      fc.property(rule, fc.integer({ min: 0, max: 3000 }), ({ every, interval, more }, after) => {
        const made = ruleOf(`FREQ=${every};INTERVAL=${interval}${more}`) as never;
        const from = first + after * DAY;
        const all = [...occurrences(first, made, first, from + 400 * DAY, { left: 1e6 })];
        expect([...occurrences(first, made, from, from + 400 * DAY, { left: 1e6 })]).toEqual(all.filter((at) => at >= from));
      }),
    );
  });

  it('a rule that never comes true ends where the effort does, and the calendar says so', () => {
    const never = 'RRULE:FREQ=DAILY;BYMONTHDAY=31;BYMONTH=2;COUNT=9';
    const events = Array.from({ length: 60 }, () => event('DTSTART:10000101T090000Z', 'DURATION:PT1H', never));
    const { problems } = read(calendar(...events));
    expect(problems).toEqual([expect.stringContaining('never come true')]);
  });

  it('no text makes it throw', () => {
    const parts = fc.constantFrom(
      'BEGIN:VEVENT',
      'END:VEVENT',
      'BEGIN:VTIMEZONE',
      'END:VTIMEZONE',
      'DTSTART:20260301T100000',
      'DTSTART;VALUE=DATE:20260301',
      'DTEND:20260302',
      'DURATION:-PT1H',
      'RRULE:FREQ=YEARLY;BYDAY=53MO',
      'RRULE:FREQ=SECONDLY',
      'RRULE:FREQ=WEEKLY;INTERVAL=0',
      'EXDATE:,,',
      'TZID:X',
      'DTSTART;TZID=X:99991231T235959',
      'RECURRENCE-ID:20260301',
      ' folded',
      'A;B="c:d";E=f:g',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string()), { maxLength: 30 }), (lines) => void read(calendar(...lines))),
      { numRuns: 60 },
    );
  });
});
