import type {LevelName} from '../levels/level.ts';
import type {CellIdentity} from './cell-pair.ts';

const LEVELS: readonly LevelName[] = ['docker', 'ctr', 'runc'];

/**
 * Says which cells share a difference: `all levels`, the levels all of whose cells do, and single cells. `possible` are the cells
 * that could show it; of levels that can't, nothing is said.
 */
export const scopeOf = (cells: readonly CellIdentity[], possible: readonly CellIdentity[]): string => {
  const keys = new Set(cells.map(nameOf));
  const whole = LEVELS.filter((level) => {
    const all = possible.filter((cell) => cell.level === level);
    return all.length > 0 && all.every((cell) => keys.has(nameOf(cell)));
  });
  const several = new Set(possible.map(({scenario}) => scenario)).size > 1;
  const rest = cells.filter(({level}) => !whole.includes(level));
  const singles = rest.map((cell) => `${several ? `${cell.scenario} ` : ''}${cell.level} ${cell.network}`);
  return whole.length === LEVELS.length ? 'all levels' : [...whole, ...singles].join(', ');
};

const nameOf = ({scenario, level, network}: CellIdentity): string => `${scenario} ${level} ${network}`;
