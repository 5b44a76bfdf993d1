import type {CellRecord} from '../report/run-record.ts';

/** The id of a cell in the page. */
export const anchorOf = ({name}: Pick<CellRecord, 'name'>): string =>
  `cell-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
