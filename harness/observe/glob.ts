/** Whether a text is as a pattern has it, from its first character to its last; `*` stands for anything, also for nothing. */
export const matchesGlob = (text: string, glob: string): boolean =>
  new RegExp(
    `^${glob
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('.*')}$`,
  ).test(text);
