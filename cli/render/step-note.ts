import { shorten } from './table.ts';

/** A note of several parts in so many characters: whole parts as long as they fit, since half a number is a wrong one. */
export function shortNote(note: string, max: number): string {
  if (note.length <= max) return note;
  const parts = note.split(', ');
  while (parts.length > 1) {
    parts.pop();
    const whole = `${parts.join(', ')}, …`;
    if (whole.length <= max) return whole;
  }
  return shorten(note, max);
}

/** An error in so many characters: what to do about it goes first, then the folders of the file that it is about. The end of the run tells it in full. */
export function shortError(error: string, max: number): string {
  if (error.length <= max) return error;
  const problem = error.split('; ')[0] ?? error;
  return shorten(problem.length <= max ? problem : problem.replace(/^\S*\//, '…/'), max);
}
