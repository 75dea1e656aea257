import type { ColumnLook } from './column-look.ts';
import type { Choice } from './frequency.ts';
import { hasWord, nameWords } from './name-words.ts';
import { keyOf } from './propose-products.ts';
import { figure, percent, whole } from './roles.ts';
import type { Lacking, ReviewsProposal, SideLook } from './side-files.ts';

const list = (words: string): readonly string[] => words.split(' ');
const written = list('date time created creation posted written review at day datum data fecha 时间 日期 评论');
/** When something was done with a review, not when it was written. */
const later = list('answer answered reply response update updated modified edited approved published delivered resposta actualizado');
const stars = list('rating stars star score overall grade nota avaliacao bewertung puntuacion note valoracion voto 评分 星级 打分');
const people = list('user author reviewer customer name id helpful url 用户 作者');

const says = (words: readonly string[], column: ColumnLook): boolean => words.some((word) => hasWord(nameWords(column.name), word));

/** The columns of a file of reviews: what each is of, when it was written, its words, its stars. */
export function proposeReviews(look: SideLook): ReviewsProposal | Lacking {
  const key = keyOf(look);
  if ('lacking' in key) return key;
  const columns = look.columns.filter(({ name }) => name !== key.value);
  const [time] = columns.filter(isTime).toSorted((a, b) => timeScore(b) - timeScore(a));
  if (time?.time === undefined) return { lacking: 'no column says when a review was written' };
  const texts = columns.filter((column) => isWritten(column)).toSorted((a, b) => words(a) - words(b));
  const rating = ratingOf(columns);
  if (texts.length === 0 && rating === undefined) return { lacking: 'no column holds what was written, and none holds stars' };
  return {
    key, time: { value: time.name, reason: `${whole(time.time.distinctDays)} different days, in ${percent(time.filled / look.rows)} of the rows` },
    ...(time.time.assumedFormat !== undefined && { assumedFormat: time.time.assumedFormat }),
    // A title comes before what is below it.
    text: texts.slice(0, 3).map((column) => ({ value: column.name, reason: `${words(column).toFixed(1)} words each, in ${percent(column.filled / look.rows)} of the rows` })),
    ...(rating !== undefined && { rating }),
  };
}

/** A code of eight digits reads as a date, and `1.02.2024` as a number with points between thousands: there the name decides. */
const isTime = (column: ColumnLook): boolean => column.time !== undefined && (column.text === undefined || column.number === undefined || says(written, column));
const timeScore = (column: ColumnLook): number => Number(says(written, column)) - 2 * Number(says(later, column));
const words = ({ text }: ColumnLook): number => text?.meanWords ?? 0;

/** Sentences, hardly any of them twice: what people write, not what they are called. */
function isWritten(column: ColumnLook): boolean {
  const { text, number, time, distinct, filled } = column;
  if (text === undefined || number !== undefined || time !== undefined || says(people, column)) return false;
  // Chinese and Japanese have no spaces between words.
  const isProse = text.meanWords >= 2.5 || (text.foreign > 0.5 && text.meanLength >= 8);
  // Short ones that come again and again may be names; nobody's name has a sentence.
  const fewest = text.meanWords >= 8 ? 0.05 : 0.3;
  return isProse && text.letters > 0.8 && distinct >= fewest * filled;
}

/** Stars by name, else the only column of few small whole numbers. */
function ratingOf(columns: readonly ColumnLook[]): Choice<string> | undefined {
  const few = columns.filter(({ number, distinct, time }) => number !== undefined && time === undefined && number.min >= 0 && number.max <= 100 && distinct >= 2 && distinct <= 101);
  const named = few.find((column) => says(stars, column));
  const small = few.filter(({ number, distinct }) => number?.whole === 1 && number.max <= 10 && distinct <= 11);
  const column = named ?? (small.length === 1 ? small[0] : undefined);
  return column?.number === undefined ? undefined : { value: column.name, reason: `${whole(column.distinct)} values from ${figure(column.number.min)} to ${figure(column.number.max)}` };
}
