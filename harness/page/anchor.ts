import type {CellRecord} from '../report/run-record.ts';

/** The id of a cell in the page: no other name has the same. */
export const anchorOf = ({name}: Pick<CellRecord, 'name'>): string =>
  `cell-${name.replaceAll(/[^A-Za-z0-9]/gu, (sign) => (sign === ' ' ? '-' : `_${sign.codePointAt(0)?.toString(16)}_`))}`;
