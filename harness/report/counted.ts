/** How many there are of a thing that takes an "s": `1 failure`, `2 failures`. */
export const counted = (number: number, thing: string): string => `${number} ${thing}${number === 1 ? '' : 's'}`;
