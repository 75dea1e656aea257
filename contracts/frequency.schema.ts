import { z } from 'zod';

import { type PeriodLength, weekdays } from '../domain/calendar.ts';

const monthDays = ['2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12', '13', '14', '15', '16', '17', '18', '19', '20', '21', '22', '23', '24', '25', '26', '27', '28'] as const;
const [, ...laterWeekdays] = weekdays;
/** What begins at midnight. */
const byDays = z.union([z.enum(['day', 'week', 'month']), z.templateLiteral(['week-', z.enum(laterWeekdays)]), z.templateLiteral(['month-', z.enum(monthDays)])]);

/**
 * `hour`, `day`, `week` or `month`, with where periods begin if not on Monday, the 1st and at midnight: `week-sunday`, `month-26`, `day@04:00`,
 * `week-sunday@04:00`. Hours begin with the hour.
 */
export const frequencySchema: z.ZodType<PeriodLength, PeriodLength> = z.union(
  [z.literal('hour'), byDays, z.templateLiteral([byDays, '@', z.string().regex(/^(?!00:00)(?:[01]\d|2[0-3]):[0-5]\d$/)])],
  { error: ({ input }) => problemOf(typeof input === 'string' ? input : '') },
);

/** What is wrong with where the periods begin, if that is it. */
function problemOf(text: string): string {
  const [, unit = '', anchor, clock] = /^(hour|day|week|month)(?:-([^@]*))?(?:@(.*))?$/.exec(text) ?? [];
  if (unit === 'hour') return 'hours begin with the hour, nothing else can be said of them: hour';
  if (unit === 'day' && anchor !== undefined) return 'days begin at a time, on no weekday or date: day@04:00';
  if (unit === 'week' && anchor === 'monday') return `weeks begin on Monday anyway: ${text.replace('-monday', '')}`;
  if (unit === 'week' && anchor !== undefined && !weekdays.some((weekday) => weekday === anchor)) return `weeks begin on a weekday, written in full: week-${weekdays.find((weekday) => weekday.slice(0, 2) === anchor.toLowerCase().slice(0, 2)) ?? 'sunday'}`;
  if (unit === 'month' && anchor === '1') return `months begin on the 1st anyway: ${text.replace('-1', '')}`;
  if (unit === 'month' && anchor !== undefined && !monthDays.some((day) => day === anchor)) return 'months begin on a day that every month has, 1 to 28: month-26';
  if (unit !== '' && clock === '00:00') return `days begin at midnight anyway: ${text.replace('@00:00', '')}`;
  if (unit !== '' && clock !== undefined) return `a day begins at a time of 24 hours with two digits each: ${text.replace(/@.*/, '')}@04:00`;
  return 'must be hour, day, week or month, or say where periods begin if not on Monday, the 1st and at midnight: week-sunday, month-26, day@04:00';
}
