/** Keys that are pressed one after the other until what is asked for has been said: the rules of `collect`. */

/** What a waiting command asks of the keys; times in seconds. */
export interface Keys {
  most: number;
  least: number;
  terminators: string;
  firstTimeout: number;
  betweenTimeout: number;
  secret: boolean;
}

export const ALL_KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"] as const;

/** Read a `collect` or `listen` command as JSON, where what has its default value is left out. */
export function keysOf(command: Record<string, unknown>): Keys {
  const number = (name: string, otherwise: number) => {
    const value = command[name];
    return typeof value === "number" ? value : otherwise;
  };
  return {
    most: number("max_digits", 1),
    least: number("min_digits", 1),
    terminators: typeof command.terminators === "string" ? command.terminators : "#",
    firstTimeout: number(command.type === "listen" ? "silence" : "first_digit_timeout", 5),
    betweenTimeout: number("digit_timeout", 2),
    secret: command.secret === true,
  };
}

export interface Typed {
  /** Everything pressed so far, the terminator too. */
  pressed: string;
  /** Whether nothing more is waited for. */
  complete: boolean;
}

export const NOTHING_TYPED: Typed = { pressed: "", complete: false };

/** Press one more key. */
export function press(keys: Keys, typed: Typed, key: string): Typed {
  if (typed.complete) return typed;
  const pressed = typed.pressed + key;
  return { pressed, complete: keys.terminators.includes(key) || pressed.length >= keys.most };
}

/** The key of a telephone that a key of the keyboard means, or null. */
export function telephoneKey(key: string): string | null {
  return /^[0-9*#]$/.test(key) ? key : null;
}

/** What the display shows: a PIN as dots. */
export function shown(keys: Keys | null, pressed: string): string {
  return keys?.secret ? "•".repeat(pressed.length) : pressed;
}
