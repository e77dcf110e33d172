// @vitest-environment node
import { beforeAll, describe, expect, it } from "vitest";

import { forms, sample } from "../testing/samples";
import type { NodeDoc, NodeForm, Problem } from "../types";
import { exitsOf, exitTitle, learnCommon } from "./exits";
import { gist } from "./gist";
import { plainly } from "./worded";

const unwired = (exit: string): Problem => ({ where: "x", field: `exits.${exit}`, code: "unwired_exit", text: "", severity: "error" });
const shown = (node: NodeDoc, problems: Problem[] = []) =>
  exitsOf(node, forms[node.kind], problems).filter((exit) => !exit.common).map((exit) => exit.name);

beforeAll(() => learnCommon(forms));

describe("exits", () => {
  it("come from the form: one per choice, one while a field is set", () => {
    const menu: NodeDoc = { kind: "menu", choices: { 1: "shop", 2: "" } };
    expect(shown(menu)).toEqual(["1", "2", "no_input", "invalid", "too_many"]);
    expect(shown({ ...menu, direct_dial: true })).toContain("extension");
    expect(exitsOf(menu, forms.menu)[0]?.title).toBe("1 · shop");
  });

  it("must be wired when the form says so, or the checker", () => {
    const required = (node: NodeDoc, problems: Problem[] = []) =>
      exitsOf(node, forms[node.kind], problems).filter((exit) => exit.required).map((exit) => exit.name);
    expect(required({ kind: "hours" })).toEqual(["open", "closed"]);
    expect(required({ kind: "menu", choices: { 1: "" } })).toEqual(["1"]);
    expect(required({ kind: "menu", choices: { 1: "" } }, [unwired("invalid")])).toEqual(["1", "invalid"]);
  });

  it("that the server works out exist when it asks for them", () => {
    const count: NodeDoc = { kind: "count", counter: "calls" };
    expect(shown(count, [unwired("next")])).toEqual(["next"]);
    expect(shown({ ...count, limit: 3 }, [])).toEqual(["below", "reached"]);
    expect(shown({ kind: "subflow", flow: "orders" }, [unwired("told")])).toEqual(["told"]);
  });

  it("left behind by a field are told apart", () => {
    const exits = exitsOf({ kind: "menu", choices: {}, exits: { 9: "end" } }, forms.menu);
    expect(exits.find((exit) => exit.name === "9")?.unknown).toBe(true);
    expect(exitsOf({ kind: "subflow", flow: "x", exits: { sold: "end" } }, forms.subflow)[0]?.unknown).toBe(false);
    expect(exitsOf({ kind: "nobody knows", exits: { a: "b" } }, undefined)).toMatchObject([{ name: "a", unknown: false }]);
  });
});

describe("an exit", () => {
  it("is called as its form calls it, a choice by its key and meaning", () => {
    expect(exitTitle({ kind: "check_list" }, forms.check_list, "not_listed")).toBe("Not listed");
    expect(exitTitle({ kind: "menu", choices: { "1": "shop" } }, forms.menu, "1")).toBe("1 · shop");
    expect(exitTitle({ kind: "menu", choices: { "1": "shop" } }, forms.menu, "too_many")).toBe("Too many tries");
    expect(exitTitle({ kind: "subflow", flow: "x" }, forms.subflow, "sold")).toBe("sold");
    expect(exitTitle(undefined, forms.menu, "no_input")).toBe("No input");
    expect(exitTitle(undefined, undefined, "no_input")).toBe("no_input");
  });
});

describe("problems", () => {
  const flow = (node: NodeDoc) => ({ name: "x", start: "a", nodes: { a: node } });
  const said = (node: NodeDoc, field: string, text: string) => plainly({ where: "a", field, code: "", text, severity: "error" }, flow(node), forms).text;

  it("call fields as the form does", () => {
    expect(said({ kind: "collect" }, "save", "save is missing.")).toBe("Variable is missing.");
    expect(said({ kind: "http" }, "save.status", "save.status is not a JSONPath: save.status")).toBe("Keep status is not a JSONPath: save.status");
    expect(said({ kind: "menu" }, "again.0.text.fr", "again.0.text.fr : trop long")).toBe("Again 1 › Text fr : trop long");
    expect(said({ kind: "unheard of" }, "save", "save is missing.")).toBe("save is missing.");
  });
});

describe("the one thing that matters", () => {
  const nodes = sample("martin/flows/reception").nodes;
  const told = (name: string, language = "fr") => gist(nodes[name] as NodeDoc, forms[nodes[name]?.kind ?? ""], language, { welcome: { fr: "Bonjour." } });

  it("is what callers hear, whom it dials, what it asks", () => {
    expect(told("opening")).toBe("office");
    expect(told("shop")).toBe("101, 102");
    expect(told("choose")).toMatch(/^Bonjour\. Pour la boutique/);
    expect(told("choose", "en")).toMatch(/For the shop/);
    expect(told("feast")).toBe("holiday");
    expect(told("refuse")).toBe("CALL_REJECTED");
    expect(told("end")).toBe("");
    expect(gist({ kind: "when", conditions: [{ variable: "is_it", test: "is_not", value: 3 }] }, forms.when, "en")).toBe("is_it is not 3");
  });

  it("is found for kinds nobody knew", () => {
    const form: NodeForm = { kind: "oracle", revision: 1, title: "Oracle", help: "", icon: "eye", group: "magic", exits: [], open_exits: false,
      schema: { type: "object", properties: { deep: { type: "object", properties: { text: { type: "object", widget: "text_by_language" } } }, question: { type: "string" } }, required: ["question"] } };
    expect(gist({ kind: "oracle", question: "Who?" }, form, "fr")).toBe("Who?");
    expect(gist({ kind: "oracle", deep: { text: { fr: "Qui ?" } } }, form, "fr")).toBe("Qui ?");
  });
});
