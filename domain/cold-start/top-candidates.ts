/** Keeps the `size` best of many candidates: those of highest score, of equal ones the first that came. */
export class TopCandidates {
  readonly #candidates: number[] = [];
  readonly #scores: number[] = [];
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  offer(candidate: number, score: number): void {
    const [candidates, scores] = [this.#candidates, this.#scores];
    if (Number.isNaN(score) || (scores.length === this.#size && score <= (scores.at(-1) ?? Infinity))) return;
    let place = scores.length;
    while (place > 0 && (scores[place - 1] ?? 0) < score) place -= 1;
    scores.splice(place, 0, score);
    candidates.splice(place, 0, candidate);
    if (scores.length > this.#size) {
      scores.pop();
      candidates.pop();
    }
  }

  /** Best first. */
  get candidates(): readonly number[] {
    return this.#candidates;
  }
}
