interface Hash {
  high: number;
  low: number;
}

/** 64 bits: two of a million paths share them once in 30 million downloads, and then one file is fetched again. */
function hashOf(path: string): Hash {
  let high = 0x811c9dc5;
  let low = 0x9747b28c;
  for (let at = 0; at < path.length; at += 1) {
    const unit = path.charCodeAt(at);
    high = Math.imul(high ^ unit, 0x01000193);
    low = Math.imul(low ^ unit, 0x5bd1e995);
    low ^= low >>> 15;
  }
  return { high: high >>> 0, low: (low ^ (high >>> 16)) >>> 0 };
}

/** Numbers of 0 and above by path, with a mark for each. The paths themselves are not kept: 16 bytes for each. */
export interface PathTable {
  put(path: string, value: number): void;
  get(path: string): number | undefined;
  /** Marks a path that is in the table. */
  keep(path: string): void;
  /** The numbers of paths that are not marked. */
  left(): Generator<number, void>;
}

const shortestTable = 1024;

export function createPathTable(): PathTable {
  let size = shortestTable;
  let count = 0;
  let hashes = new Uint32Array(2 * size);
  // One more than the number; 0: free; below zero: marked.
  let places = new Float64Array(size);

  const slotOf = ({ high, low }: Hash): number => {
    let slot = low & (size - 1);
    while (places[slot] !== 0 && (hashes[2 * slot] !== high || hashes[2 * slot + 1] !== low)) {
      slot = (slot + 1) & (size - 1);
    }
    return slot;
  };
  const set = ({ high, low }: Hash, place: number): void => {
    const slot = slotOf({ high, low });
    if (places[slot] === 0) count += 1;
    hashes[2 * slot] = high;
    hashes[2 * slot + 1] = low;
    places[slot] = place;
  };
  const grow = (): void => {
    const [oldHashes, oldPlaces] = [hashes, places];
    size *= 2;
    count = 0;
    hashes = new Uint32Array(2 * size);
    places = new Float64Array(size);
    for (let slot = 0; slot < oldPlaces.length; slot += 1) {
      const place = oldPlaces[slot]!;
      if (place !== 0) set({ high: oldHashes[2 * slot]!, low: oldHashes[2 * slot + 1]! }, place);
    }
  };

  return {
    put(path, value) {
      if (count * 3 >= size * 2) grow();
      set(hashOf(path), value + 1);
    },
    get(path) {
      const place = places[slotOf(hashOf(path))]!;
      return place === 0 ? undefined : Math.abs(place) - 1;
    },
    keep(path) {
      const slot = slotOf(hashOf(path));
      places[slot] = -Math.abs(places[slot]!);
    },
    *left() {
      for (const place of places) if (place > 0) yield place - 1;
    },
  };
}
