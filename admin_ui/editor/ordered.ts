/**
 * JSON that comes back as it was: the order of keys such as "2", "1" (JavaScript would sort them) and the way numbers
 * were written (5.0 would become 5) are kept beside each object under symbols, which a spread copies along.
 */

const ORDER = Symbol("order");
const WRITTEN = Symbol("written");

interface Kept {
  [ORDER]?: string[];
  [WRITTEN]?: Record<string, string>;
}

const INTEGER = /^(0|[1-9]\d*)$/;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS: [string, unknown][] = [["true", true], ["false", false], ["null", null]];

/** Read JSON text. Raises SyntaxError. */
export function parse(text: string): unknown {
  let at = 0;

  const fail = (): never => {
    throw new SyntaxError(`Not JSON at character ${at}`);
  };
  const space = () => {
    while (" \t\n\r".includes(text[at] ?? "x")) at += 1;
  };
  const next = (char: string): boolean => {
    space();
    if (text[at] !== char) return false;
    at += 1;
    return true;
  };
  const token = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? null;
    at += found?.length ?? 0;
    return found;
  };
  const string = (): string => {
    space();
    return JSON.parse(token(STRING) ?? fail()) as string;
  };

  function value(holder: Kept, key: string): unknown {
    space();
    if (text[at] === "{") return object();
    if (text[at] === "[") return array();
    if (text[at] === '"') return string();
    for (const [word, meaning] of WORDS) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meaning;
      }
    }
    const written = token(NUMBER) ?? fail();
    if (String(Number(written)) !== written) holder[WRITTEN] = { ...holder[WRITTEN], [key]: written };
    return Number(written);
  }

  function object(): unknown {
    at += 1;
    const found: Record<string, unknown> & Kept = {};
    const order: string[] = [];
    while (!next("}")) {
      if (order.length && !next(",")) fail();
      const key = string();
      if (!next(":")) fail();
      order.push(key);
      const read = value(found, key);
      Object.defineProperty(found, key, { value: read, writable: true, enumerable: true, configurable: true });
    }
    if (order.some((key) => INTEGER.test(key))) found[ORDER] = order;
    return found;
  }

  function array(): unknown {
    at += 1;
    const found: unknown[] & Kept = [];
    while (!next("]")) {
      if (found.length && !next(",")) fail();
      found.push(value(found, String(found.length)));
    }
    return found;
  }

  const whole = value({}, "");
  space();
  return at === text.length ? whole : fail();
}

/** The keys of an object in the order they were written; new ones come last. */
export function keys(object: object): string[] {
  const present = Object.keys(object);
  const order = (object as Kept)[ORDER];
  if (!order) return present;
  const kept = new Set(order);
  return [...order.filter((key) => Object.hasOwn(object, key)), ...present.filter((key) => !kept.has(key))];
}

export function entries<Value>(object: Record<string, Value>): [string, Value][] {
  return keys(object).map((key) => [key, object[key] as Value]);
}

/** Make an object whose keys are in this order, whatever they look like. */
export function fromEntries<Value>(pairs: [string, Value][]): Record<string, Value> {
  const made: Record<string, Value> & Kept = Object.fromEntries(pairs);
  if (pairs.some(([key]) => INTEGER.test(key))) made[ORDER] = pairs.map(([key]) => key);
  return made;
}

/** Write JSON text, in the order and with the numbers as they were read. */
export function stringify(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const written = (value as Kept)[WRITTEN];
  const one = (key: string, inner: unknown): string => {
    const before = written?.[key];
    return before !== undefined && typeof inner === "number" && Number(before) === inner ? before : stringify(inner);
  };
  if (Array.isArray(value)) return `[${value.map((inner, place) => one(String(place), inner)).join(",")}]`;
  const object = value as Record<string, unknown>;
  return `{${keys(object)
    .filter((key) => object[key] !== undefined)
    .map((key) => `${JSON.stringify(key)}:${one(key, object[key])}`)
    .join(",")}}`;
}

/** A copy with a value put under a key: in its old place, else before the key `before`, else last. */
export function put<Value>(object: Record<string, Value>, key: string, value: Value, before = ""): Record<string, Value> {
  if (Object.hasOwn(object, key)) return { ...object, [key]: value };
  const pairs = entries(object);
  const place = pairs.findIndex(([name]) => name === before);
  pairs.splice(place < 0 ? pairs.length : place, 0, [key, value]);
  return like(object, fromEntries(pairs));
}

/** A copy without a key. */
export function drop<Value>(object: Record<string, Value>, key: string): Record<string, Value> {
  return like(object, fromEntries(entries(object).filter(([name]) => name !== key)));
}

/** A copy in which a key has another name, in the same place. */
export function rename<Value>(object: Record<string, Value>, from: string, to: string): Record<string, Value> {
  return like(object, fromEntries(entries(object).map(([name, value]) => [name === from ? to : name, value])));
}

function like<Value extends object>(object: Value, copy: Value): Value {
  const written = (object as Kept)[WRITTEN];
  return written ? Object.assign(copy, { [WRITTEN]: written }) : copy;
}
