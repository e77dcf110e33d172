// @vitest-environment node
/** No module of the editor imports itself by way of others: each can be read, tested and loaded alone. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import { expect, it } from "vitest";

const ROOT = resolve(process.cwd(), "editor");
const IMPORT = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;

const files = (readdirSync(ROOT, { recursive: true }) as string[])
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\./.test(name))
  .map((name) => join(ROOT, name));

function imported(file: string): string[] {
  const named = [...readFileSync(file, "utf8").matchAll(IMPORT)].map(([, path = ""]) => resolve(dirname(file), path));
  return named.flatMap((path) => [`${path}.ts`, `${path}.tsx`].filter((one) => existsSync(one)));
}

it("has no circles", () => {
  const graph = new Map(files.map((file) => [file, imported(file)]));
  expect([...graph.values()].flat().length).toBeGreaterThan(200);
  const done = new Set<string>();
  const circles: string[] = [];
  const walk = (file: string, above: string[]) => {
    const before = above.indexOf(file);
    if (before >= 0) circles.push([...above.slice(before), file].map((one) => relative(ROOT, one)).join(" → "));
    if (before >= 0 || done.has(file)) return;
    done.add(file);
    for (const next of graph.get(file) ?? []) walk(next, [...above, file]);
  };
  for (const file of files) walk(file, []);
  expect(circles).toEqual([]);
});
