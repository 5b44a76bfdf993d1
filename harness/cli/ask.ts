import {createInterface} from 'node:readline/promises';

/** Asks a person on the terminal; an empty answer is yes, the end of the input is no. */
export async function askYes(question: string): Promise<boolean> {
  const terminal = createInterface({input: process.stdin, output: process.stderr});
  try {
    const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('no')));
    const answer = await Promise.race([terminal.question(`${question} [Y/n] `), closed]);
    return ['', 'y', 'yes'].includes(answer.trim().toLowerCase());
  } finally {
    terminal.close();
  }
}
