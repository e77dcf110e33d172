import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { existsSync } from "node:fs";
import { defineConfig } from "vitest/config";
import type { Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Copies every Lucide icon beside the bundle: which ones the nodes name is known only to the server. */
function icons(): Plugin {
  return {
    name: "lucide-icons",
    apply: "build",
    closeBundle: () => cpSync(here("node_modules/lucide-static/icons"), here("static/built/icons"), { recursive: true }),
  };
}

const entries = ["editor/main.tsx", "shell/main.ts"].filter((entry) => existsSync(here(entry)));

export default defineConfig({
  base: "/static/built/",
  plugins: [react(), icons()],
  build: {
    outDir: "static/built",
    emptyOutDir: true,
    manifest: true,
    assetsInlineLimit: 0,
    rollupOptions: { input: entries.map(here) },
  },
  test: {
    environment: "jsdom",
    include: ["editor/**/*.test.{ts,tsx}", "shell/**/*.test.ts"],
    pool: "threads",
    maxWorkers: 1,
  },
});
