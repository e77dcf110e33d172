/** Two texts, word by word: what stayed, what went, what came. */

export interface Piece {
  text: string;
  what: "same" | "removed" | "added";
}

const LONGEST = 1200; // words of a text that are compared one by one

/** Compare by words; spaces belong to the word before them. Very long texts are shown whole. */
export function wordDiff(before: string, after: string): Piece[] {
  const one = before.match(/\S+\s*|\s+/g) ?? [];
  const other = after.match(/\S+\s*|\s+/g) ?? [];
  if (one.length > LONGEST || other.length > LONGEST) {
    return joined([
      { text: before, what: "removed" },
      { text: after, what: "added" },
    ]);
  }
  return joined([...walk(one, other, lengths(one, other))]);
}

/** The longest common run of words from every place on. */
function lengths(one: string[], other: string[]): Uint16Array[] {
  const table = Array.from({ length: one.length + 1 }, () => new Uint16Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1) {
    for (let j = other.length - 1; j >= 0; j -= 1) {
      const same = one[i]!.trimEnd() === other[j]!.trimEnd();
      table[i]![j] = same ? table[i + 1]![j + 1]! + 1 : Math.max(table[i + 1]![j]!, table[i]![j + 1]!);
    }
  }
  return table;
}

function* walk(one: string[], other: string[], table: Uint16Array[]): Generator<Piece> {
  let [i, j] = [0, 0];
  while (i < one.length || j < other.length) {
    const same = i < one.length && j < other.length && one[i]!.trimEnd() === other[j]!.trimEnd();
    if (same) {
      yield { text: one[i]!.length > other[j]!.length ? one[i]! : other[j]!, what: "same" };
      i += 1;
      j += 1;
    } else if (j >= other.length || (i < one.length && table[i + 1]![j]! >= table[i]![j + 1]!)) {
      yield { text: one[i]!, what: "removed" };
      i += 1;
    } else {
      yield { text: other[j]!, what: "added" };
      j += 1;
    }
  }
}

function joined(pieces: Piece[]): Piece[] {
  const found: Piece[] = [];
  for (const piece of pieces) {
    const last = found.at(-1);
    if (last?.what === piece.what) last.text += piece.text;
    else if (piece.text) found.push({ ...piece });
  }
  return found;
}
