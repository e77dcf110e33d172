// @vitest-environment node
import { describe, expect, it } from "vitest";

import { drop, entries, fromEntries, keys, parse, put, rename, stringify } from "./ordered";

describe("JSON that comes back as it was", () => {
  it.each([
    '{"9":"end","1":"number","*":"x","10":"y"}',
    '{"first_digit_timeout":5.0,"at":[120.0,-3.50],"tries":3}',
    '[1e3,{"2":{"1":1.0}},"\\u00e9\\n\\"",true,false,null,[],{}]',
    '{"__proto__":1,"constructor":"2"}',
  ])("%s", (text) => expect(stringify(parse(text))).toBe(text.replace("\\u00e9", "é")));

  it("is kept by a spread, and a changed number is written anew", () => {
    const read = parse('{"2":"b","1":5.0,"x":2.0}') as Record<string, unknown>;
    expect(stringify({ ...read, x: 3, y: 1 })).toBe('{"2":"b","1":5.0,"x":3,"y":1}');
  });

  it.each(["{", '{"a":}', "[1,]", "[1 2]", '{"a":1}}', "", "nul", "'a'"])("refuses %s", (text) => {
    expect(() => parse(text)).toThrow(SyntaxError);
  });

  it("overlooks spaces", () => expect(parse(' { "a" : [ 1 , 2 ] } ')).toEqual({ a: [1, 2] }));
});

describe("edits keep the order", () => {
  const object = fromEntries([["9", "a"], ["1", "b"], ["x", "c"]]);

  it("put, drop, rename", () => {
    expect(keys(put(object, "1", "B"))).toEqual(["9", "1", "x"]);
    expect(keys(put(object, "5", "new", "1"))).toEqual(["9", "5", "1", "x"]);
    expect(keys(put(object, "5", "new"))).toEqual(["9", "1", "x", "5"]);
    expect(keys(drop(object, "9"))).toEqual(["1", "x"]);
    expect(entries(rename(object, "1", "0"))).toEqual([["9", "a"], ["0", "b"], ["x", "c"]]);
  });
});
