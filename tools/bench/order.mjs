/**
 * The order in which measurements are made in a round: what is compared with each other (the same question over as many
 * connections) one right after the other, by Node, so that both see the same machine; every other round backwards, so that
 * none always follows the same one.
 */
export function orderOf(cells, round) {
  const ranks = (cell) => [cell.connections, rankOf(cell.question), cell.server.node ?? Infinity];
  const ordered = [...cells].sort((one, other) => compare(ranks(one), ranks(other)));
  return round % 2 === 0 ? ordered : ordered.reverse();
}

const rankOf = (question) => (question === 'hit' ? 0 : 1);

function compare(some, others) {
  const at = some.findIndex((rank, index) => rank !== others[index]);
  return at < 0 ? 0 : some[at] < others[at] ? -1 : 1;
}
