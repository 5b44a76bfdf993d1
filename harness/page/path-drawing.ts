import type {ReachRecord} from '../report/run-record.ts';
import {formatLatency} from '../report/terminal/duration.ts';
import {cut} from '../report/terminal/printable.ts';
import {html, type Html} from './html.ts';
import type {Path, PathNode} from './path-facts.ts';

/** Widths and places in units of the drawing, which is 400 wide and as high as it has to be. */
const WIDTH = 400;
const CHIP = {x: {outside: 2, machine: 65, netns: 129}, width: 54, height: 20};
const NODE = {x: 226, width: 164, padding: 7, titleHeight: 16, lineHeight: 14, rowHeight: 27};
const GAP = 24;
/** Monospaced characters that fit into a node. */
const LONGEST_LINE = 24;

/**
 * The way to a workload, drawn from top to bottom: who asks stands on the left, outside the machine, in it or in the network namespace, beside
 * the station where the question arrives.
 */
export const pathDrawing = (path: Path, name: string): Html => {
  const stations = placed(path);
  const bottom = (stations.at(-1)?.bottom ?? 0) + 22;
  const inside = stations.find(({node}) => isInNetns(node));
  const netnsTop = (inside?.top ?? 0) - 24;
  return html`<svg
    class="path"
    viewBox="0 0 ${WIDTH} ${bottom}"
    role="img"
    aria-label="${name}: ${descriptionOf(path)}"
  >
    <rect class="frame" x="61" y="4" width="338" height="${bottom - 6}" rx="8" />
    <text class="sub" x="70" y="18">machine</text>
    ${path.isOwnNetns && html`<rect class="frame netns" x="124" y="${netnsTop}" width="271" height="${bottom - netnsTop - 8}" rx="6" /><text class="sub" x="132" y="${netnsTop + 14}">network namespace of its own</text>`}
    ${plumbLine(stations)} ${stations.map((station) => nodeBox(station))}
    ${stations.map((station) => station.node.asked.map((entry, index) => question(entry, station, index)))}
  </svg>`;
};

interface Station {
  readonly node: PathNode;
  readonly top: number;
  readonly bottom: number;
}

const isInNetns = ({kind}: PathNode): boolean => kind === 'inner link' || kind === 'process';

const placed = ({nodes, isOwnNetns}: Path): Station[] => {
  const stations: Station[] = [];
  let top = 28;
  for (const [index, node] of nodes.entries()) {
    if (isOwnNetns && isInNetns(node) && !isInNetns(nodes[index - 1] ?? {...node, kind: 'port'})) {
      top += 20; // The label of the frame.
    }
    const text = NODE.titleHeight + node.lines.length * NODE.lineHeight + 2 * NODE.padding;
    const bottom = top + Math.max(text, node.asked.length * NODE.rowHeight);
    stations.push({node, top, bottom});
    top = bottom + GAP;
  }
  return stations;
};

const MIDDLE = NODE.x + NODE.width / 2;

/** From the first station on the way down to the process, where its bob hangs. */
const plumbLine = (stations: readonly Station[]): Html => {
  const onTheWay = stations.filter(({node}) => node.onTheWay);
  const [first] = onTheWay;
  const last = onTheWay.at(-1);
  if (first === undefined || last === undefined || first === last) {
    return html``;
  }
  const tip = last.top;
  return html`<path class="plumb" d="M${MIDDLE} ${first.bottom}V${tip - 10}" /><path
      class="bob"
      d="M${MIDDLE - 5} ${tip - 13}h10L${MIDDLE} ${tip}z"
    />`;
};

const nodeBox = ({node, top, bottom}: Station): Html =>
  html`<rect
      class="node${node.onTheWay ? '' : ' absent'}"
      x="${NODE.x}"
      y="${top}"
      width="${NODE.width}"
      height="${bottom - top}"
      rx="5"
    />
    <text x="${NODE.x + NODE.padding}" y="${top + NODE.padding + 10}">${cut(node.title, 24)}</text>
    ${node.lines.map(
      (line, index) =>
        html`<text
          class="sub mono"
          x="${NODE.x + NODE.padding}"
          y="${top + NODE.padding + NODE.titleHeight + 9 + index * NODE.lineHeight}"
          >${cut(line, LONGEST_LINE)}<title>${line}</title></text
        >`,
    )}`;

const question = (entry: ReachRecord, {top, bottom, node}: Station, index: number): Html => {
  const y = top + ((bottom - top) / node.asked.length) * (index + 0.5);
  const x = CHIP.x[placeOf(entry.vantage)];
  const from = x + CHIP.width;
  const result = resultOf(entry);
  const end = entry.seen.kind === 'answer' ? NODE.x - 2 : NODE.x - 16;
  const head =
    entry.seen.kind === 'answer'
      ? `M${end - 6} ${y - 3.5}L${end} ${y}L${end - 6} ${y + 3.5}`
      : `M${end} ${y - 4}l8 8m0-8l-8 8`;
  return html`<rect
      class="chip"
      x="${x}"
      y="${y - CHIP.height / 2}"
      width="${CHIP.width}"
      height="${CHIP.height}"
      rx="10"
    />
    <text class="sub who" x="${x + CHIP.width / 2}" y="${y + 3.5}" text-anchor="middle">${entry.vantage}</text>
    <path class="ask ${result.look}" d="M${from} ${y}H${end}" /><path
      class="ask ${result.look}"
      style="stroke-dasharray:none"
      d="${head}"
    />
    <text
      class="sub ${result.look}"
      x="${(CHIP.x.netns + CHIP.width + NODE.x) / 2 - 2}"
      y="${y - 4}"
      text-anchor="middle"
      >${result.text}</text
    >`;
};

const placeOf = (vantage: ReachRecord['vantage']): keyof typeof CHIP.x =>
  vantage === 'machine' ? 'machine' : vantage === 'container' ? 'netns' : 'outside';

const resultOf = ({seen, held}: ReachRecord): {readonly look: string; readonly text: string} => {
  const text = seen.kind === 'answer' ? formatLatency(seen.firstByteMs) : 'silent';
  return held ? {look: seen.kind === 'answer' ? 'answers' : 'silent', text} : {look: 'broken', text: `✗ ${text}`};
};

/** What the drawing shows, for those who listen to it. */
const descriptionOf = ({nodes}: Path): string => {
  const way = nodes.filter(({onTheWay}) => onTheWay).map(({title}) => title);
  const answers = nodes.flatMap(({asked, title}) =>
    asked.map(
      ({vantage, seen, held}) =>
        `${vantage} at ${title}: ${seen.kind === 'answer' ? `answer after ${formatLatency(seen.firstByteMs)}` : 'silent'}${held ? '' : ', which is wrong'}`,
    ),
  );
  return `the way is ${way.join(', ')}. ${answers.join('; ')}`;
};
