/** The answers of a stream, one at a time. */

/** The first answer that fits. */
export async function until<T>(
  answers: AsyncIterable<T>,
  fits: (answer: T) => boolean,
): Promise<T> {
  for await (const answer of answers) if (fits(answer)) return answer;
  throw new Error('the stream ended');
}

/** The answer now. */
export async function first<T>(answers: AsyncIterable<T>): Promise<T> {
  return until(answers, () => true);
}
